#include "os/subprocess.h"

#include <gtest/gtest.h>

#include <string>

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;

const std::string kMoreThanAPipeHolds(1 << 20, 'x');

Result<Finished> shell(const std::string& script, std::string_view input, Duration limit = 30s) {
  return run({"/bin/sh", "-c", script}, input, limit);
}

TEST(Subprocess, TakesItsInputAndGivesBothOutputs) {
  const auto finished = shell("cat; echo oops >&2; exit 3", kMoreThanAPipeHolds);
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(finished->status, 3);
  EXPECT_EQ(finished->output, kMoreThanAPipeHolds);
  EXPECT_EQ(finished->errors, "oops\n");
}

TEST(Subprocess, OneThatFailsBeforeItHasReadAllSaysWhyItself) {
  const auto finished = shell("echo no >&2; exit 1", kMoreThanAPipeHolds);
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(finished->status, 1);
  EXPECT_EQ(finished->errors, "no\n");
}

// As nft would, to whom no rules are rules as well.
TEST(Subprocess, OneThatEndsWellWithoutReadingAllHasNotDoneIt) {
  const auto finished = shell("exec true", kMoreThanAPipeHolds);
  ASSERT_FALSE(finished.ok());
  EXPECT_NE(finished.error().what.find("without having read all its input"), std::string::npos);
}

TEST(Subprocess, OneThatDoesNotEndIsKilled) {
  const auto finished = shell("exec sleep 60", "", 100ms);
  ASSERT_FALSE(finished.ok());
  EXPECT_NE(finished.error().what.find("/bin/sh did not answer within "), std::string::npos);
}

}  // namespace
}  // namespace trimtab::os
