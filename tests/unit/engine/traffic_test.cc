#include "engine/traffic.h"

#include <gtest/gtest.h>

namespace trimtab::engine {
namespace {

using namespace std::chrono_literals;

struct Fixture : testing::Test {
  std::optional<controller::ThroughputSample> after_10s(std::uint64_t sent, bool complete = true,
                                                        int index = 1) {
    now += 10s;
    counters.tx_bytes += sent;
    return traffic.take(now, index, counters, complete);
  }
  Traffic traffic;
  MonotonicTime now{1h};
  netlink::LinkCounters counters;
};

TEST_F(Fixture, CountsBitsOfCompleteRounds) {
  EXPECT_FALSE(after_10s(0));
  EXPECT_EQ(after_10s(1'000'000)->arrived, Rate{800'000});
  const auto incomplete = after_10s(1'000'000, false);
  EXPECT_FALSE(incomplete->arrived) << "tx grows even towards a dead peer";
  EXPECT_EQ(incomplete->load, Rate{800'000});
  EXPECT_EQ(traffic.out(), Rate{800'000});
}

TEST_F(Fixture, ABatchHasWhatWasSentSinceTheLatestLookAndTakesNothingFromTheRound) {
  after_10s(0);
  const auto after = [&](Duration time, std::uint64_t sent) {
    now += time;
    counters.tx_bytes += sent;
    return traffic.take_quick(now, 1, counters);
  };
  const auto batch = after(2s, 1'000'000);
  ASSERT_TRUE(batch && batch->quick);
  EXPECT_EQ(batch->load, Rate{4'000'000});
  EXPECT_FALSE(batch->arrived);
  EXPECT_EQ(after(500ms, 1'000'000)->load, Rate{16'000'000});
  EXPECT_FALSE(after(100ms, 1'000'000)) << "too short to be a rate";
  now -= 2600ms;
  EXPECT_EQ(after_10s(0)->load, Rate{2'400'000}) << "all three";
  EXPECT_EQ(traffic.out(), Rate{2'400'000});
}

TEST_F(Fixture, AResetOrANewInterfaceGivesNoSample) {
  after_10s(5'000'000);
  counters.tx_bytes = 0;
  EXPECT_FALSE(after_10s(100));
  EXPECT_TRUE(after_10s(100));
  EXPECT_FALSE(after_10s(100, true, 2));
  EXPECT_TRUE(after_10s(100, true, 2));
}

}  // namespace
}  // namespace trimtab::engine
