#include "probe/schedule.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1000s + 7ms};

std::vector<MonotonicTime> times(Schedule schedule, int rounds) {
  std::vector<MonotonicTime> all;
  for (int round = 0; round < rounds; ++round) {
    for (const MonotonicTime time : schedule.take().times) all.push_back(time);
  }
  return all;
}

struct Pace {
  Cadence cadence;
  SiteId link;
  std::uint64_t seed;
};

Pace any_pace() {
  return {.cadence = {.interval = *rc::gen::inRange(1, 70'000) * 1ms, .probes = *rc::gen::inRange(1, 21)},
          .link = *rc::gen::inRange<SiteId>(1, 65'536),
          .seed = *rc::gen::arbitrary<std::uint64_t>()};
}

RC_GTEST_PROP(Schedule, ProbesLieOnTheGridRiseAndNeverShareATick, ()) {
  const Pace pace = any_pace();
  const auto all = times(Schedule(pace.cadence, pace.link, pace.seed, kStart), 20);
  RC_ASSERT(all.size() == static_cast<std::size_t>(20 * pace.cadence.probes));
  for (std::size_t at = 0; at < all.size(); ++at) {
    RC_ASSERT(all[at].time_since_epoch() % kGrid == 0ns);
    // RC_ASSERT takes its expression apart: an || in it would not stop at its left side.
    if (at > 0) RC_ASSERT(all[at] > all[at - 1]);
  }
}

RC_GTEST_PROP(Schedule, RoundsKeepTheirPaceWithoutDrift, ()) {
  const Pace pace = any_pace();
  Schedule schedule(pace.cadence, pace.link, pace.seed, kStart);
  const Duration interval = std::max<Duration>(pace.cadence.interval, pace.cadence.probes * kGrid);
  const MonotonicTime first = schedule.next_start();
  RC_ASSERT(first >= kStart && first < kStart + interval);
  for (int round = 0; round < 50; ++round) {
    const PlannedRound planned = schedule.take();
    RC_ASSERT(planned.started == first + round * interval);
    RC_ASSERT(planned.times.front() >= planned.started);
    RC_ASSERT(planned.times.back() < planned.started + interval + kGrid);
  }
}

RC_GTEST_PROP(Schedule, TheSameSeedRepeatsToTheBit, ()) {
  const Pace pace = any_pace();
  RC_ASSERT(times(Schedule(pace.cadence, pace.link, pace.seed, kStart), 10) ==
            times(Schedule(pace.cadence, pace.link, pace.seed, kStart), 10));
}

TEST(Schedule, SpreadsTheProbesOverTheInterval) {
  Schedule schedule({.interval = 15s, .probes = 5}, 2, 1, kStart);
  for (int round = 0; round < 100; ++round) {
    const PlannedRound planned = schedule.take();
    for (std::size_t probe = 1; probe < 5; ++probe) {
      EXPECT_GE(planned.times[probe] - planned.times[probe - 1], 1500ms);
    }
  }
}

TEST(Schedule, JittersEveryRound) {
  Schedule schedule({.interval = 15s, .probes = 5}, 2, 1, kStart);
  std::set<Duration> offsets;
  for (int round = 0; round < 50; ++round) {
    const PlannedRound planned = schedule.take();
    offsets.insert(planned.times.front() - planned.started);
  }
  EXPECT_GT(offsets.size(), 15U);
}

TEST(Schedule, StaggersLinksByTheirIds) {
  std::vector<Duration> starts;
  for (SiteId link = 1; link <= 10; ++link) {
    starts.push_back(Schedule({.interval = 15s, .probes = 5}, link, 1, kStart).next_start() - kStart);
  }
  std::sort(starts.begin(), starts.end());
  for (std::size_t at = 1; at < starts.size(); ++at) EXPECT_GE(starts[at] - starts[at - 1], 500ms);
}

TEST(Schedule, OwesNothingForRoundsThatWereSleptThrough) {
  Schedule schedule({.interval = 15s, .probes = 5}, 2, 1, kStart);
  const MonotonicTime first = schedule.next_start();
  schedule.skip_to(first + 14s);
  EXPECT_EQ(schedule.next_start(), first);
  schedule.skip_to(first + 1h + 1s);
  EXPECT_EQ(schedule.next_start(), first + 1h);
}

}  // namespace
}  // namespace trimtab::probe
