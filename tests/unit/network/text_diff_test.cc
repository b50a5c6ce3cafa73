#include "network/text_diff.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace trimtab::network {
namespace {

using Lines = std::vector<std::string>;

std::string joined(const Lines& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(TextDiff, ShowsWhatChangedAndNothingElse) {
  EXPECT_EQ(text_diff("a\nb\nc\n", "a\nx\nc\n"), (Lines{"- b", "+ x"}));
  EXPECT_EQ(text_diff("a\nb\n", "a\nb\nc\n"), (Lines{"+ c"}));
  EXPECT_EQ(text_diff("a\nb\nc\nd\n", "b\nd\n"), (Lines{"- a", "- c"}));
  EXPECT_EQ(text_diff("same\n", "same\n"), Lines{});
  EXPECT_EQ(text_diff("", "a\n"), (Lines{"+ a"}));
}

TEST(TextDiff, VeryManyChangedLinesAreSummedUp) {
  std::string before;
  std::string after;
  for (int i = 0; i < 5000; ++i) {
    before += "old " + std::to_string(i) + "\n";
    after += "new " + std::to_string(i) + "\n";
  }
  EXPECT_EQ(text_diff(before, after), (Lines{"5000 lines become 5000"}));
}

TEST(TextDiff, CountsLines) {
  EXPECT_EQ(line_count(""), "0 lines");
  EXPECT_EQ(line_count("a\n"), "1 line");
  EXPECT_EQ(line_count("a\nb"), "2 lines");
}

// Taking the removed lines from the one text leaves what taking the added ones from the other leaves.
RC_GTEST_PROP(TextDiff, LeavesTheSameLinesOnBothSides, ()) {
  const auto some_lines = rc::gen::container<Lines>(rc::gen::element<std::string>("a", "b", "c"));
  const Lines before = *some_lines;
  const Lines after = *some_lines;
  std::multiset<std::string> left(before.begin(), before.end());
  std::multiset<std::string> right(after.begin(), after.end());
  for (const std::string& line : text_diff(joined(before), joined(after))) {
    auto& side = line[0] == '-' ? left : right;
    const auto found = side.find(line.substr(2));
    RC_ASSERT(found != side.end());
    side.erase(found);
  }
  RC_ASSERT(left == right);
}

}  // namespace
}  // namespace trimtab::network
