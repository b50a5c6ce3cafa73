// What a labelled link must be, and what counts as found, false, or neither.
#include "sim/labelled.h"

#include <gtest/gtest.h>

#include <set>

#include "support/refusals.h"

namespace trimtab::sim {
namespace {

const std::string kHead = std::string(kLabelledHeader) + "\n";

TEST(LabelledFile, HoldsLinksInTheirOrder) {
  const auto links = parse_labelled(kHead + "0,a,10,0,0\n240,a,,1,0\n238,a,12,0,1\r\n0,b,5,0,0\n");
  ASSERT_TRUE(links.ok()) << links.error().text();
  ASSERT_EQ(links->size(), 2U);
  const LabelledLink& a = links->front();
  EXPECT_EQ(a.name, "a");
  ASSERT_EQ(a.samples.size(), 3U);
  EXPECT_EQ(a.samples[1].rtt, std::nullopt);
  EXPECT_EQ(a.samples[2].rtt, Milliseconds{12.0});
  EXPECT_TRUE(a.samples[2].marked) << "a clock set back by 2 s is no disorder";
  EXPECT_EQ(a.length, std::chrono::seconds{240});
}

TEST(LabelledFile, IsRefusedByLine) {
  test::expect_refusals(
      parse_labelled,
      {
          {"", "line 1: the file is empty"},
          {"time_s,trace,rtt_ms,loss\n", "line 1: the columns are not time_s,trace,rtt_ms,loss,change"},
          {kHead, "there is no sample"},
          {kHead + "0,a,1,0\n", "line 2: 4 columns where the header has 5"},
          {kHead + "x,a,1,0,0\n", "line 2: \"x\" is no time in seconds"},
          {kHead + "0,a,-1,0,0\n", "line 2: an RTT of -1 ms cannot be"},
          {kHead + "0,a,1e9,0,0\n", "line 2: an RTT of 1e9 ms cannot be"},
          {kHead + "0,a,,0,0\n", "line 2: \"\" is no RTT, and loss is 0"},
          {kHead + "0,a,1,2,0\n", "line 2: loss is \"2\", neither 0 nor 1"},
          {kHead + "0,a,1,0,x\n", "line 2: change is \"x\", neither 0 nor 1"},
          {kHead + "100,a,1,0,0\n39,a,1,0,0\n", "line 3: time goes from 100 s to 39 s; sort the trace"},
          {kHead + "0,a,1,0,0\n0,b,1,0,0\n0,a,1,0,0\n", "line 4: trace \"a\" begins a second time"},
      });
}

// Ten samples of 100 ms, ten of 150 (a shift), ten of 153 (marked, but no shift).
LabelledLink link() {
  LabelledLink made{.name = "a", .samples = {}, .length = std::chrono::hours{48}};
  for (int i = 0; i < 30; ++i) {
    const double ms = i < 10 ? 100 : i < 20 ? 150 : 153;
    made.samples.push_back({.rtt = Milliseconds{ms}, .marked = i == 10 || i == 20});
  }
  return made;
}

Agreement told_at(std::set<int> samples) {
  int at = -1;
  return judge(link(), [&](Milliseconds) { return samples.contains(++at); });
}

TEST(Agreement, CountsWhatIsToldInTime) {
  EXPECT_EQ(told_at({}).shifts, 1U);
  EXPECT_EQ(told_at({10}).found, 1U);
  EXPECT_EQ(told_at({13}).found, 1U);
  EXPECT_EQ(told_at({14}).found, 0U);
  EXPECT_EQ(told_at({14}).false_alarms, 1U);
  EXPECT_EQ(told_at({9}).false_alarms, 1U);
  const Agreement twice = told_at({11, 12});
  EXPECT_EQ(twice.found, 1U);
  EXPECT_EQ(twice.false_alarms, 1U);
}

TEST(Agreement, ASmallChangeIsNeitherFoundNorFalse) {
  const Agreement all = told_at({12, 21, 27});
  EXPECT_EQ(all.found, 1U);
  EXPECT_EQ(all.at_small, 1U);
  EXPECT_EQ(all.false_alarms, 1U);
  EXPECT_DOUBLE_EQ(all.precision(), 0.5);
  EXPECT_DOUBLE_EQ(all.recall(), 1);
  EXPECT_DOUBLE_EQ(all.f1(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(all.strict_f1(), 0.5);
  EXPECT_DOUBLE_EQ(all.false_alarms_per_day(), 0.5);
}

TEST(Detectors, BothFindTheShift) {
  for (const Detector& detector : {level_shift_detector(), two_in_a_row_detector()}) {
    const Agreement result = judge(link(), detector);
    EXPECT_EQ(result.found, 1U);
    EXPECT_EQ(result.false_alarms + result.at_small, 0U);
  }
}

}  // namespace
}  // namespace trimtab::sim
