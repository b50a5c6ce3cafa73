#include "engine/traffic.h"

#include <gtest/gtest.h>

namespace trimtab::engine {
namespace {

using namespace std::chrono_literals;

constexpr RoundQuality kComplete{true, Milliseconds{10.0}};

struct Fixture : testing::Test {
  std::optional<OutgoingSample> after_10s(std::uint64_t sent, RoundQuality round = kComplete, int index = 1) {
    now += 10s;
    counters.tx_bytes += sent;
    return traffic.take(now, index, counters, round);
  }
  Traffic traffic;
  MonotonicTime now{1h};
  netlink::LinkCounters counters;
};

TEST_F(Fixture, CountsBitsOfCompleteRounds) {
  EXPECT_FALSE(after_10s(0));
  EXPECT_EQ(after_10s(1'000'000)->rate, Rate{800'000});
  EXPECT_FALSE(after_10s(1'000'000, {false, Milliseconds{10.0}})) << "tx grows even towards a dead peer";
  EXPECT_EQ(traffic.out(), Rate{800'000});
}

TEST_F(Fixture, AResetOrANewInterfaceGivesNoSample) {
  after_10s(5'000'000);
  counters.tx_bytes = 0;
  EXPECT_FALSE(after_10s(100));
  EXPECT_TRUE(after_10s(100));
  EXPECT_FALSE(after_10s(100, kComplete, 2));
  EXPECT_TRUE(after_10s(100, kComplete, 2));
}

TEST_F(Fixture, SaturatedIsLoadAndRttRisingTogether) {
  after_10s(0);
  EXPECT_FALSE(after_10s(100'000)->saturated);
  EXPECT_FALSE(after_10s(100'000, {true, Milliseconds{110.0}})->saturated) << "a brownout without load";
  after_10s(100'000);
  EXPECT_FALSE(after_10s(50'000'000)->saturated) << "load without delay: there is room";
  after_10s(100'000);
  const RoundQuality slow{true, Milliseconds{60.0}};
  EXPECT_FALSE(after_10s(50'000'000, slow)->saturated) << "once may be an accident";
  EXPECT_TRUE(after_10s(50'000'000, slow)->saturated);
  EXPECT_TRUE(after_10s(50'000'000, slow)->saturated) << "it stays so while both do";
  EXPECT_FALSE(after_10s(100'000)->saturated);
  EXPECT_FALSE(after_10s(50'000'000, slow)->saturated);
  EXPECT_FALSE(after_10s(100'000)->saturated);
  EXPECT_FALSE(after_10s(50'000'000, slow)->saturated) << "two accidents are not two in a row";
}

}  // namespace
}  // namespace trimtab::engine
