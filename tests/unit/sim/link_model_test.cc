// Each behaviour of a link, at times that can be worked out by hand, and by counting.
#include "sim/link_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace trimtab::sim {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

LinkModel link(std::vector<Behaviour> behaviours) {
  return {.rtt = Milliseconds{20}, .behaviours = std::move(behaviours)};
}

std::vector<double> probes(const LinkModel& model, int count, std::uint64_t seed = 1) {
  Rng random(seed);
  std::vector<double> rtts;
  for (int i = 0; i < count; ++i) {
    if (const auto rtt = answer(model, seconds{i}, {}, random)) rtts.push_back(rtt->count());
  }
  std::sort(rtts.begin(), rtts.end());
  return rtts;
}

TEST(LinkModel, WithoutBehavioursItIsConstant) {
  const auto rtts = probes(link({}), 100);
  ASSERT_EQ(rtts.size(), 100U);
  EXPECT_EQ(rtts.front(), 20);
  EXPECT_EQ(rtts.back(), 20);
}

TEST(LinkModel, NoiseIsLogNormalAboutTheMedian) {
  const auto rtts = probes(link({{.what = Noise{0.1}}}), 10'000);
  EXPECT_NEAR(rtts[5000], 20, 0.1);
  EXPECT_NEAR(rtts[8413], 20 * std::exp(0.1), 0.2) << "one deviation above";
  EXPECT_NEAR(rtts[1587], 20 * std::exp(-0.1), 0.2) << "and below";
}

TEST(LinkModel, SpikesAreThreeToTenTimesTheRtt) {
  const auto rtts = probes(link({{.what = Spikes{Ratio{0.05}}}}), 10'000);
  const auto first = std::upper_bound(rtts.begin(), rtts.end(), 20);
  EXPECT_NEAR(static_cast<double>(rtts.end() - first), 500, 70);
  EXPECT_GE(*first, 60);
  EXPECT_LT(rtts.back(), 200);
  EXPECT_GT(rtts.back(), 190);
}

TEST(LinkModel, ABrownoutHasItsTime) {
  const LinkModel model =
      link({{.from = seconds{10}, .to = seconds{20}, .what = Brownout{Milliseconds{60}}}});
  EXPECT_EQ(level(model, seconds{9}, {}), Milliseconds{20});
  EXPECT_EQ(level(model, seconds{10}, {}), Milliseconds{80});
  EXPECT_EQ(level(model, seconds{20}, {}), Milliseconds{20});
}

TEST(LinkModel, TheDayRisesAndFalls) {
  const LinkModel model = link({{.what = Diurnal{.added = Milliseconds{10}}}});
  EXPECT_NEAR(level(model, hours{0}, {}).count(), 20, 1e-9);
  EXPECT_NEAR(level(model, hours{6}, {}).count(), 25, 1e-9);
  EXPECT_NEAR(level(model, hours{12}, {}).count(), 30, 1e-9);
  EXPECT_NEAR(level(model, hours{24}, {}).count(), 20, 1e-9);
}

TEST(LinkModel, LossIsCountedAndAddsUp) {
  const LinkModel once = link({{.what = Loss{Ratio{0.2}}}});
  EXPECT_NEAR(static_cast<double>(probes(once, 10'000).size()), 8000, 120);
  const LinkModel twice = link({{.what = Loss{Ratio{0.2}}}, {.what = Loss{Ratio{0.5}}}});
  EXPECT_NEAR(loss(twice, seconds{0}, {}).value, 0.6, 1e-9);
}

TEST(LinkModel, AnOutageFlapsAndSaysWhenItTurns) {
  const LinkModel model =
      link({{.from = seconds{10}, .to = seconds{23}, .what = Outage{seconds{3}, seconds{6}}}});
  std::string seen;
  for (int at = 8; at < 26; ++at) seen += out(model, seconds{at}) ? 'x' : '.';
  EXPECT_EQ(seen, "..xxx...xxx...x...");
  std::vector<int> turns;
  for (std::optional<Duration> at = Duration{0}; (at = next_turn(model, *at));)
    turns.push_back(static_cast<int>(std::chrono::duration_cast<seconds>(*at).count()));
  EXPECT_EQ(turns, (std::vector<int>{10, 13, 16, 19, 22, 23}));
  EXPECT_EQ(next_turn(link({{.what = Outage{}}}), seconds{1}), std::nullopt) << "for ever";
  Rng random(1);
  EXPECT_FALSE(answer(model, seconds{11}, {}, random));
  EXPECT_TRUE(answer(model, seconds{14}, {}, random));
}

TEST(LinkModel, AQueueGrowsWithTheLoadAndThenLoses) {
  const Rate capacity{100'000'000};
  EXPECT_EQ(queue_of(0, capacity).delay, Milliseconds{0});
  EXPECT_NEAR(queue_of(50, capacity).delay.count(), 1.2, 1e-9) << "one burst: 120 kbit at 100 Mbit/s";
  EXPECT_NEAR(queue_of(90, capacity).delay.count(), 10.8, 1e-9);
  EXPECT_EQ(queue_of(90, capacity).loss, Ratio{0});
  EXPECT_EQ(queue_of(120, capacity).delay, Milliseconds{100}) << "the buffer";
  EXPECT_NEAR(queue_of(120, capacity).loss.value, 1 - 1 / 1.2, 1e-9);
}

}  // namespace
}  // namespace trimtab::sim
