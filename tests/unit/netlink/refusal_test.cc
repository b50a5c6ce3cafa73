#include "netlink/refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

namespace trimtab::netlink {
namespace {

using testing::HasSubstr;

// Fault matrix, row 49.
TEST(Refusal, HasACure) {
  const std::vector<std::pair<int, std::string>> rows{{EPERM, "root"},         {EEXIST, "trimtab plan"},
                                                      {EBUSY, "try again"},    {ENOENT, "`trimtab up` again"},
                                                      {ESRCH, "`trimtab up`"}, {ENODEV, "`trimtab up`"}};
  for (const auto& [number, words] : rows) EXPECT_THAT(std::string(cure(number)), HasSubstr(words)) << number;
  EXPECT_EQ(cure(EINVAL), "");
}

TEST(Refusal, OfADeletionIsNoneWhereNothingWas) {
  for (const int number : {ESRCH, ENODEV, ENOENT, EADDRNOTAVAIL}) EXPECT_TRUE(means_gone(number)) << number;
  for (const int number : {EPERM, EBUSY, EEXIST}) EXPECT_FALSE(means_gone(number)) << number;
  EXPECT_FALSE(means_gone(std::nullopt));
}

}  // namespace
}  // namespace trimtab::netlink
