// One end of a simulated link: when it learns what.
#include "sim/probing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace trimtab::sim {
namespace {

using namespace std::chrono_literals;
using controller::Outcome;

constexpr Duration kInterval = 15s, kPatience = 3s;

struct Known {
  Duration at{};
  controller::Sample sample;

  int lost() const {
    return static_cast<int>(std::count_if(sample.probes.begin(), sample.probes.end(),
                                          [](const auto& probe) { return probe.outcome == Outcome::lost; }));
  }
};

Probing::Settings shipped() {
  return {.interval = kInterval, .timeout = kPatience, .seed = 1};
}

Probing::Settings with_traffic() {
  Probing::Settings settings = shipped();
  settings.has_traffic = true;
  return settings;
}

// A link of 20 ms whose answers above 30 ms are suspicious.
class Probed {
 public:
  explicit Probed(std::vector<Behaviour> behaviours, const Probing::Settings& settings = shipped())
      : interval_(settings.interval),
        model_{.rtt = Milliseconds{20}, .behaviours = std::move(behaviours)},
        probing_(settings) {
    probing_.expect(Milliseconds{30});
    probing_.begin_round(end_, wire());
  }

  // To the end of that many more rounds.
  std::vector<Known> run(int rounds) {
    std::vector<Known> known;
    for (int round = 0; round < rounds; ++round) {
      for (const Known& one : run_to(end_)) known.push_back(one);
      for (const Known& one : finish()) known.push_back(one);
    }
    return known;
  }
  // To that time of the round under way.
  std::vector<Known> run_to(Duration until) {
    std::vector<Known> known;
    for (auto at = probing_.next_deadline(); at && *at <= until; at = probing_.next_deadline()) {
      probing_.advance(*at, wire());
      ++wakes;
      take(*at, known);
    }
    return known;
  }
  // At its end.
  std::vector<Known> finish() {
    std::vector<Known> known;
    probing_.finish_round();
    take(end_, known);
    end_ += interval_;
    probing_.begin_round(end_, wire());
    return known;
  }
  void hear_peer(Duration at) { probing_.hear_peer(at); }
  std::optional<Duration> heard_at;  // the first time
  int wakes = 0;

 private:
  Wire wire() const { return {model_, queues_}; }
  void take(Duration now, std::vector<Known>& known) {
    controller::Sample sample;
    while (probing_.take_sample(now, sample)) known.push_back({now, sample});
    if (const auto heard = probing_.take_heard(); heard && !heard_at) heard_at = heard;
  }

  Duration interval_, end_ = interval_;
  LinkModel model_;
  Queue queues_;
  Probing probing_;
};

// Probes leave at 3, 6, 9, 12 and 15 s, and so on.
Behaviour silent(Duration from, Duration to) {
  return {from, to, Outage{}};
}

TEST(Probing, ACalmRoundIsKnownAtItsEnd) {
  Probed probed({{0s, Duration::max(), Noise{0.05}}});
  const auto known = probed.run(4);
  ASSERT_EQ(known.size(), 4U);
  for (std::size_t i = 0; i < known.size(); ++i) {
    EXPECT_EQ(known[i].at, (i + 1) * kInterval);
    EXPECT_FALSE(known[i].sample.quick);
    EXPECT_EQ(known[i].lost(), 0);
  }
}

// Drawn at once or each as it leaves: the same round.
TEST(Probing, WhatIsFollowedIsTheSame) {
  const std::vector<Behaviour> behaviours{{0s, Duration::max(), Noise{0.05}},
                                          {0s, Duration::max(), Loss{Ratio{0.1}}}};
  const auto at_once = Probed(behaviours).run(40), followed = Probed(behaviours, with_traffic()).run(40);
  ASSERT_EQ(at_once.size(), followed.size());
  EXPECT_GT(at_once.size(), 60U) << "with quick probes";
  for (std::size_t i = 0; i < at_once.size(); ++i) {
    EXPECT_EQ(at_once[i].at, followed[i].at);
    ASSERT_EQ(at_once[i].sample.probes.size(), followed[i].sample.probes.size());
    for (std::size_t probe = 0; probe < at_once[i].sample.probes.size(); ++probe)
      EXPECT_EQ(at_once[i].sample.probes[probe].rtt, followed[i].sample.probes[probe].rtt);
  }
}

// Overdue after 0.3 s, as nobody waits longer on a link like this; then ten probes, 100 ms apart.
TEST(Probing, ALostProbeAsksForTwoBatchesBesideTheRound) {
  Probed probed({silent(20900ms, 21100ms)});
  const auto known = probed.run(3);
  ASSERT_EQ(known.size(), 5U);
  EXPECT_EQ(known[1].at, 21s + 300ms + 400ms + 20ms);
  EXPECT_EQ(known[2].at, known[1].at + 500ms);
  for (const std::size_t batch : {1U, 2U}) {
    EXPECT_TRUE(known[batch].sample.quick);
    EXPECT_EQ(known[batch].sample.probes.size(), 5U);
    EXPECT_EQ(known[batch].lost(), 0);
  }
  EXPECT_EQ(known[3].at, 2 * kInterval + 20ms) << "its last answer";
  EXPECT_EQ(known[3].lost(), 1);
  EXPECT_EQ(probed.heard_at, 21s + 300ms + 10ms) << "the far end hears of it";
}

TEST(Probing, ASlowAnswerAsksForOne) {
  Probed probed({{20900ms, 21100ms, Brownout{Milliseconds{20}}}});
  const auto known = probed.run(2);
  ASSERT_EQ(known.size(), 3U);
  EXPECT_TRUE(known[1].sample.quick);
  EXPECT_EQ(known[1].at, 21s + 50ms + 400ms + 20ms) << "on the grid after its answer";
}

TEST(Probing, ALostProbeIsWaitedFor) {
  Probed probed({silent(29900ms, 30100ms)});
  const auto known = probed.run(3);
  const auto round =
      std::find_if(known.begin() + 1, known.end(), [](const Known& one) { return !one.sample.quick; });
  ASSERT_NE(round, known.end());
  EXPECT_EQ(round->at, 30s + kPatience);
  EXPECT_EQ(round->lost(), 1);
}

// It is there, and that ends the silence; its RTT is none.
TEST(Probing, AnAnswerAfterTheTimeoutIsLate) {
  Probed probed({{15s, Duration::max(), Brownout{Milliseconds{3500}}}});
  const auto known = probed.run(8);
  for (const Known& one : known) {
    const bool late = std::all_of(one.sample.probes.begin(), one.sample.probes.end(),
                                  [](const auto& probe) { return probe.outcome == Outcome::late; });
    EXPECT_TRUE(one.sample.quick || late || one.at <= 2 * kInterval) << one.at.count();
  }
  EXPECT_TRUE(std::any_of(known.begin(), known.end(), [](const Known& one) {
    return one.sample.quick && one.at > 90s;
  })) << "it is suspicious for as long as it lasts";
}

// A second for one that was overtaken; all of their time where none was.
TEST(Probing, QuickProbesAreLostOnceTheyAreOvertaken) {
  const auto first_batch = [](const std::vector<Behaviour>& behaviours) {
    const auto known = Probed(behaviours).run(2);
    return *std::find_if(known.begin(), known.end(), [](const Known& one) { return one.sample.quick; });
  };
  const Known lossy = first_batch({silent(20900ms, 21350ms)});
  EXPECT_EQ(lossy.at, 21s + 300ms + 1s);
  EXPECT_EQ(lossy.lost(), 1);
  const Known slow = first_batch({{20900ms, 40s, Brownout{Milliseconds{1200}}}});
  EXPECT_EQ(slow.at, 21s + 300ms + 400ms + 1220ms);
  EXPECT_EQ(slow.lost(), 0);
  EXPECT_EQ(first_batch({silent(20900ms, 40s)}).at, 21s + 300ms + 400ms + kPatience);
}

// What followed one lost probe is over within seconds, and so is following.
TEST(Probing, AfterwardsNothingIsFollowed) {
  Probed probed({silent(20900ms, 21100ms)});
  probed.run(1000);
  EXPECT_LT(probed.wakes, 40);
}

// One that is known sooner waits for the one before.
TEST(Probing, RoundsStayInOrder) {
  Probing::Settings settings = shipped();
  settings.interval = 1s;
  std::vector<int> lost;
  for (const Known& one : Probed({silent(0s, 1300ms)}, settings).run(7)) {
    if (!one.sample.quick) lost.push_back(one.lost());
  }
  ASSERT_GE(lost.size(), 3U);
  EXPECT_EQ((std::vector<int>{lost[0], lost[1], lost[2]}), (std::vector<int>{5, 1, 0}));
}

TEST(Probing, AMeteredLinkHasFewerQuickProbes) {
  const auto batches = [](bool metered) {
    Probing::Settings settings = shipped();
    settings.metered = metered;
    const auto known = Probed({{0s, Duration::max(), Loss{Ratio{0.3}}}}, settings).run(239);
    return std::count_if(known.begin(), known.end(), [](const Known& one) { return one.sample.quick; });
  };
  EXPECT_LE(batches(false), 242);  // as many probes as the rounds have, and ten
  EXPECT_GE(batches(false), 200);
  EXPECT_LE(batches(true), 121);
}

TEST(Probing, ADeadLinkIsNotAskedFaster) {
  Probed probed({silent(20s, 200s), silent(260900ms, 261100ms)});
  const auto known = probed.run(20);
  const auto batches = [&](Duration from, Duration to) {
    return std::count_if(known.begin(), known.end(),
                         [&](const Known& one) { return one.sample.quick && one.at > from && one.at < to; });
  };
  EXPECT_EQ(batches(30s, 260s), 0);
  EXPECT_EQ(batches(260s, 300s), 2) << "as one that was never dead";
}

TEST(Probing, TheFarEndsSuspicionIsHeardOnceARound) {
  Probed probed({}, with_traffic());
  auto known = probed.run(1);
  EXPECT_EQ(known.size(), 1U);
  const auto hear = [&](Duration at) {
    probed.hear_peer(at);
    known = probed.run_to(at + 2s);
    return known.size();
  };
  EXPECT_EQ(hear(20s), 2U);
  EXPECT_EQ(known.front().at, 20s + 400ms + 20ms);
  EXPECT_EQ(hear(25s), 0U);
  probed.run_to(2 * kInterval);
  probed.finish();
  EXPECT_EQ(hear(35800ms), 2U);
  EXPECT_EQ(known.front().at, 35800ms + 450ms + 20ms) << "a probe of the round leaves at 36 s";
}

}  // namespace
}  // namespace trimtab::sim
