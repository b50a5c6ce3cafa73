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
