// The daemon's controller on recorded meshes small enough to work out by hand.
#include "sim/replay.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace trimtab::sim {
namespace {

// a, b and c in a triangle; b > c as given by frame, every other link 10 ms in each direction.
Trace triangle(const std::vector<double>& b_to_c) {
  std::string text = "time_s,a>b,b>a,a>c,c>a,b>c,c>b\n";
  for (std::size_t i = 0; i < b_to_c.size(); ++i) {
    text += fmt::format("{},10,10,10,10,{},{}\n", 15 * i, b_to_c[i], b_to_c[i]);
  }
  return *Trace::parse(text);
}

TEST(Replay, AMeshThatNeverChangesCostsWhatItMust) {
  const Replayed result = replay(triangle(std::vector<double>(80, 12)), {});
  EXPECT_EQ(result.hosts, 3U);
  EXPECT_EQ(result.links, 6U);
  EXPECT_EQ(result.counted_frames, 70U);
  EXPECT_EQ(result.cost_ratio, 1);
  EXPECT_EQ(result.direct_ratio, 1);
  EXPECT_EQ(result.changes_per_hour_pair, 0);
  EXPECT_EQ(result.skipped, 0U);
}

TEST(Replay, FindsTheWayRound) {
  const Replayed result = replay(triangle(std::vector<double>(80, 50)), {});
  EXPECT_EQ(result.cost_ratio, 1);
  // Four pairs at 10 ms and two at 50 instead of 20.
  EXPECT_DOUBLE_EQ(result.direct_ratio, 140.0 / 80);
}

TEST(Replay, ChargesAFrameToWhatWasDecidedBeforeIt) {
  // From frame 40 on b-c is slow. EWMA 0.1 towards 200 passes 20 ms + 1 within one frame, so only frame 40 is
  // charged in full: two pairs at 200 instead of 20.
  std::vector<double> values(40, 12);
  values.resize(80, 200);
  const Replayed result = replay(triangle(values), {});
  const double clairvoyant = 30 * (4 * 10 + 2 * 12) + 40 * (4 * 10 + 2 * 20);
  EXPECT_NEAR(result.cost_ratio, (clairvoyant + 2 * 180) / clairvoyant, 1e-9);
  EXPECT_NEAR(result.changes_per_hour_pair * result.hours * 6, 2, 1e-9);
}

TEST(Replay, AnHourIsAnHour) {
  EXPECT_NEAR(replay(triangle(std::vector<double>(241, 12)), {}).hours, 211 * 15 / 3600.0, 1e-9);
}

}  // namespace
}  // namespace trimtab::sim
