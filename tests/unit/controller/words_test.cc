// Decisions in words.
#include "controller/words.h"

#include <gtest/gtest.h>

#include <set>

namespace trimtab::controller {
namespace {

TEST(Words, ShowValuesInTheirPolicysUnit) {
  EXPECT_EQ(show(211, mesh::Policy::path), "21.1 ms");
  EXPECT_EQ(show(kLastResort, mesh::Policy::path), "last resort");
  EXPECT_EQ(show(154, mesh::Policy::score), "154");
  EXPECT_EQ(show(0, mesh::Policy::score), "last resort");
}

TEST(Words, SayWhatHappenedAndWhatFollows) {
  const Decision down{.from = 210,
                      .to = kLastResort,
                      .reason = Reason::down,
                      .drop = Drop::bfd,
                      .to_earn = std::chrono::seconds{60}};
  EXPECT_EQ(sentence(down, mesh::Policy::path),
            "21.0 ms -> last resort: BFD went down; it will return after 1m without a fault");
  const Decision loss{.from = 210,
                      .to = 1441,
                      .reason = Reason::loss_boundary,
                      .figures = Figures{.rtt = Milliseconds{20}, .loss = Ratio{0.0616}}};
  EXPECT_EQ(sentence(loss, mesh::Policy::path),
            "21.0 ms -> 144.1 ms: beyond the loss boundary: proven 6.2 %");
}

// A name is a key of the JSON: one each, and none is empty.
TEST(Words, NameEveryReasonDifferently) {
  std::set<std::string_view> names;
  const int reasons = static_cast<int>(Reason::settings) + 1;
  for (int i = 0; i < reasons; ++i) {
    names.insert(name(static_cast<Reason>(i)));
    EXPECT_FALSE(sentence({.reason = static_cast<Reason>(i)}, mesh::Policy::path).empty());
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(reasons));
  names.clear();
  const int holdings = static_cast<int>(Holding::restarted) + 1;
  for (int i = 0; i < holdings; ++i) {
    names.insert(name(static_cast<Holding>(i)));
    EXPECT_FALSE(sentence(static_cast<Holding>(i)).empty());
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(holdings));
}

}  // namespace
}  // namespace trimtab::controller
