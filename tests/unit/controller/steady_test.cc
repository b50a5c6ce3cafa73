// The steady estimate: what it believes at once, what it wants confirmed, what it learns of a link; and what
// the controller makes of it.
#include "controller/steady.h"

#include <gtest/gtest.h>

#include <random>

#include "controller/estimator.h"
#include "controller/steadiness.h"
#include "support/controller_steps.h"

namespace trimtab::controller::testing {
namespace {

const mesh::Tuning kShipped;
const Settings kSteady{.policy = mesh::Policy::path, .tuning = {}};

void rounds(SteadyEstimate& estimate, double rtt, int count) {
  for (int i = 0; i < count; ++i) estimate.add({Milliseconds{rtt}, Milliseconds{0}, kInterval}, kShipped);
}

double rtt_of(const SteadyEstimate& estimate) {
  return estimate.rtt(kShipped)->count();
}

TEST(Steady, NothingIsKnownBeforeTheFirstRound) {
  SteadyEstimate estimate;
  EXPECT_FALSE(estimate.rtt(kShipped).has_value());
  EXPECT_FALSE(estimate.suspicious_above().has_value());
  estimate.confirm(Milliseconds{20});
  EXPECT_FALSE(estimate.rtt(kShipped).has_value());
  rounds(estimate, 20, 1);
  EXPECT_EQ(rtt_of(estimate), 20);
}

TEST(Steady, AStepUpIsBelievedOnceItIsConfirmed) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  rounds(estimate, 120, 1);
  EXPECT_TRUE(estimate.suspects());
  EXPECT_NEAR(rtt_of(estimate), 20, 1e-9) << "one round proves nothing";
  estimate.confirm(Milliseconds{118});
  EXPECT_FALSE(estimate.suspects());
  EXPECT_NEAR(rtt_of(estimate), 20 + (118 - 20) / (1 + 0.3 * 2.4), 1) << "the present's share of the step";
}

TEST(Steady, ALoneBadRoundIsClearedAndLeavesNothing) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  rounds(estimate, 120, 1);
  estimate.confirm(Milliseconds{20});
  EXPECT_FALSE(estimate.suspects());
  EXPECT_NEAR(rtt_of(estimate), 20, 1e-9);
  EXPECT_EQ(estimate.noise().value, 0);
}

TEST(Steady, WithoutQuickProbesTheSecondRoundConfirms) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  rounds(estimate, 120, 2);
  EXPECT_FALSE(estimate.suspects());
  EXPECT_GT(rtt_of(estimate), 60);
}

TEST(Steady, QuickProbesAloneNeedASecondBatchToo) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  estimate.confirm(Milliseconds{120});
  EXPECT_TRUE(estimate.suspects());
  EXPECT_NEAR(rtt_of(estimate), 20, 1e-9);
  estimate.confirm(Milliseconds{121});
  EXPECT_GT(rtt_of(estimate), 60);
  EXPECT_NEAR(estimate.mean()->count(), 20, 1e-9) << "the long run is learnt from rounds";
}

// The round in which quick probes saw it has most of its probes from before.
TEST(Steady, TheRoundInWhichALinkBecameSlowDoesNotTakeItBack) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  estimate.confirm(Milliseconds{120});
  estimate.confirm(Milliseconds{121});
  rounds(estimate, 20, 1);
  EXPECT_GT(rtt_of(estimate), 60);
  rounds(estimate, 20, 1);
  EXPECT_NEAR(rtt_of(estimate), 20, 0.5) << "the next one does";
}

TEST(Steady, FurtherBatchesDoNotTakeItBackEither) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  for (const double quick_ms : {120, 121, 140, 125}) estimate.confirm(Milliseconds{quick_ms});
  rounds(estimate, 20, 1);
  EXPECT_GT(rtt_of(estimate), 60);
}

TEST(Steady, OnlyTheRoundInWhichItBecameSlowIsOld) {
  for (const bool answered : {true, false}) {
    SteadyEstimate estimate;
    rounds(estimate, 20, 100);
    estimate.confirm(Milliseconds{120});
    estimate.confirm(Milliseconds{121});
    if (answered) {
      rounds(estimate, 150, 1);  // suspicious itself
      estimate.confirm(Milliseconds{150});
    } else {
      estimate.no_rtt(kInterval, kShipped);
    }
    rounds(estimate, 20, 1);
    EXPECT_NEAR(rtt_of(estimate), 20, 1.5);
  }
}

// Where the round itself was suspicious, the next one has begun after it.
TEST(Steady, TheRoundAfterASuspiciousOneTakesItBack) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  rounds(estimate, 120, 1);
  estimate.confirm(Milliseconds{121});
  rounds(estimate, 20, 1);
  EXPECT_NEAR(rtt_of(estimate), 20, 0.5);
}

// Else a young link with some jitter asks quickly all the time, and can no longer when it becomes slow.
TEST(Steady, AYoungLinkKnowsItsJitterWithinRounds) {
  SteadyEstimate estimate;
  const auto round = [&](double jitter) {
    estimate.add({Milliseconds{20}, Milliseconds{jitter}, kInterval}, kShipped);
    return estimate.suspicious_above()->count();
  };
  EXPECT_NEAR(round(8), 28, 0.1) << "four times a quarter of it";
  EXPECT_GT(round(8), 32);
  for (int more = 0; more < 8; ++more) round(8);
  EXPECT_NEAR(round(8), 20 + 0.75 * 32, 2);
}

void probed(SteadyEstimate& estimate, std::initializer_list<double> rtts) {
  const LastRound round = summarise(of(rtts), {});
  estimate.add({*round.rtt, round.jitter, kInterval, round.usual_difference}, kShipped);
}

// Two nearly equal paths of links that are a minute old: their own noise must be known before it moves a
// route.
TEST(Steady, AYoungLinksProbesTellItsNoise) {
  std::mt19937 random(1);
  std::normal_distribution<double> probe(20, 2);
  const auto rounds = [&](SteadyEstimate& estimate, int count) {
    for (int i = 0; i < count; ++i) {
      probed(estimate, {probe(random), probe(random), probe(random), probe(random), probe(random)});
    }
  };
  SteadyEstimate estimate;
  rounds(estimate, 8);
  const double expected = estimate.noise().value;
  rounds(estimate, 1000);
  EXPECT_NEAR(estimate.noise().value, 0.036, 0.01) << "0.06 from round to round, of which little stays";
  EXPECT_NEAR(expected, 0.06, 0.025);
}

// Else the margin that the step itself made would hold the traffic on the link that has become slow.
TEST(Steady, TheStepOfAYoungLinkIsNotItsNoise) {
  SteadyEstimate calm, slow;
  for (SteadyEstimate* estimate : {&calm, &slow}) probed(*estimate, {10, 11, 10, 10.5, 10});
  probed(calm, {10, 10.5, 10, 11, 10});
  probed(slow, {10, 10.5, 10, 111, 110});
  EXPECT_NEAR(slow.noise().value, calm.noise().value, 0.01);
}

TEST(Steady, ASpikeInTheFirstRoundHidesNoStep) {
  SteadyEstimate estimate;
  estimate.add({Milliseconds{20}, Milliseconds{50}, kInterval}, kShipped);  // one of five took 120 ms
  EXPECT_LE(estimate.suspicious_above()->count(), 70.001);
  rounds(estimate, 20, 10);
  EXPECT_LT(estimate.suspicious_above()->count(), 40);
}

// Else traffic stays away from a link that was known for minutes many times as long as its brownout was.
TEST(Steady, ABrownoutOfAYoungLinkIsNotWhatItIsLike) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 20);
  rounds(estimate, 120, 20);
  EXPECT_GT(rtt_of(estimate), 60) << "while it lasts";
  rounds(estimate, 20, 1);
  EXPECT_LT(rtt_of(estimate), 30) << "a fifth of an old link's memory at most";
}

TEST(Steady, WhatYoungLinksAreTakenForGoesWithTheFirstQuickRound) {
  SteadyEstimate estimate;
  rounds(estimate, 1000, 2);  // a handshake
  rounds(estimate, 20, 1);
  EXPECT_NEAR(rtt_of(estimate), 20, 1e-9);
}

TEST(Steady, AnOldLinkRemembersWhatItWasLike) {
  SteadyEstimate estimate;
  rounds(estimate, 120, 100);
  rounds(estimate, 20, 10);
  EXPECT_GT(estimate.mean()->count(), 100);
}

// One in six of its probes is slow by chance, and so is one round in forty. A round tells less of single
// probes than their jitter says, and is doubted by what rounds are like.
TEST(Steady, ASlowRoundOfALinkWithSlowProbesIsDoubted) {
  SteadyEstimate estimate;
  const auto round = [&](double rtt) {
    estimate.add({Milliseconds{rtt}, Milliseconds{15}, kInterval}, kShipped);
  };
  for (int i = 0; i < 50; ++i) {
    round(20);
    round(20.2);
  }
  EXPECT_GT(estimate.suspicious_above()->count(), 70) << "a single answer is not";
  round(60);
  EXPECT_TRUE(estimate.suspects());
  EXPECT_NEAR(rtt_of(estimate), 20, 0.2);
  estimate.confirm(Milliseconds{20});
  EXPECT_NEAR(rtt_of(estimate), 20, 0.2);
  round(30);
  estimate.confirm(Milliseconds{200});  // no clear step: the round has not seen it
  EXPECT_NEAR(rtt_of(estimate), 20, 1);
  for (int i = 0; i < 20; ++i) round(20);
  round(60);
  estimate.confirm(Milliseconds{58});  // by chance again: within its probes' jitter it is no clear step
  EXPECT_NEAR(rtt_of(estimate), 20, 4);
  for (int i = 0; i < 8; ++i) {
    round(60);
    estimate.confirm(Milliseconds{60});
  }
  EXPECT_GT(rtt_of(estimate), 30) << "but it is followed";
}

// A microwave oven, or a backup of a few files, every ten minutes: over before a change of routes has paid.
TEST(Steady, WhatWasOverInSecondsEachTimeHasToLastLonger) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 100);
  for (int spell = 0; spell < 4; ++spell) {
    rounds(estimate, 80, 1);
    estimate.confirm(Milliseconds{80});
    EXPECT_EQ(rtt_of(estimate) > 50, spell < 3) << spell;
    EXPECT_EQ(estimate.waits_for_a_spell(), spell == 3);
    rounds(estimate, 20, 40);
    EXPECT_NEAR(rtt_of(estimate), 20, 2);
    EXPECT_FALSE(estimate.waits_for_a_spell());
  }
  for (int round = 0; round < 3; ++round) {
    EXPECT_LT(rtt_of(estimate), 23);
    rounds(estimate, 80, 1);
    estimate.confirm(Milliseconds{80});
  }
  EXPECT_FALSE(estimate.waits_for_a_spell());
  EXPECT_GT(rtt_of(estimate), 50) << "this one has outlasted them";
}

// A round of `top` and its quick probes, four times: the last is waited for.
void four_spells(SteadyEstimate& estimate, double top, double low, double high) {
  for (int spell = 0; spell < 4; ++spell) {
    for (int i = 0; i < 40; ++i) rounds(estimate, i % 2 == 0 ? low : high, 1);
    rounds(estimate, top, 1);
    estimate.confirm(Milliseconds{top});
  }
  ASSERT_TRUE(estimate.waits_for_a_spell());
}

TEST(Steady, OfSeldomRoundsTheSecondIsBelievedWithoutQuickProbesToo) {
  SteadyEstimate estimate;
  const auto minutes_at = [&](double rtt, int count) {
    for (int i = 0; i < count; ++i)
      estimate.add({Milliseconds{rtt}, Milliseconds{0}, std::chrono::minutes{1}}, kShipped);
  };
  minutes_at(20, 60);
  minutes_at(80, 1);
  estimate.confirm(Milliseconds{80});
  minutes_at(20, 30);
  minutes_at(80, 1);
  estimate.confirm(Milliseconds{80});
  EXPECT_TRUE(estimate.waits_for_a_spell()) << "one alone was short";
  minutes_at(80, 1);
  EXPECT_GT(rtt_of(estimate), 45);
  minutes_at(20, 100);
  estimate.confirm(Milliseconds{80});
  minutes_at(80, 1);
  EXPECT_TRUE(estimate.waits_for_a_spell()) << "quick probes and one round are one round";
  minutes_at(20, 100);
  minutes_at(80, 2);
  EXPECT_FALSE(estimate.waits_for_a_spell()) << "two have seen it";
  EXPECT_GT(rtt_of(estimate), 45);
}

// Where values wander so much that a fall of four fifths is no clear step.
TEST(Steady, ASpellThatWasWaitedForLeavesNothing) {
  SteadyEstimate estimate;
  four_spells(estimate, 100, 18, 22);
  EXPECT_LT(rtt_of(estimate), 26);
  for (int i = 0; i < 4; ++i) {
    rounds(estimate, 22, 1);
    EXPECT_LT(rtt_of(estimate), 26);
  }
}

TEST(Steady, ASpellThatIsWaitedForEndsNoAge) {
  SteadyEstimate estimate;
  four_spells(estimate, 300, 100, 100.5);
  rounds(estimate, 60, 100);
  const double before = rtt_of(estimate);
  ASSERT_LT(before, 75) << "quicker for good, for 25 minutes";
  rounds(estimate, 180, 1);
  estimate.confirm(Milliseconds{180});
  ASSERT_TRUE(estimate.waits_for_a_spell());
  EXPECT_NEAR(rtt_of(estimate), before, 2);
  rounds(estimate, 60, 1);
  EXPECT_NEAR(rtt_of(estimate), before, 2);
}

TEST(Steady, AStepDownIsBelievedAtOnce) {
  SteadyEstimate estimate;
  rounds(estimate, 120, 100);
  rounds(estimate, 20, 1);
  EXPECT_FALSE(estimate.suspects());
  EXPECT_LT(rtt_of(estimate), 85);
}

TEST(Steady, OnWhiteNoiseTheGainBecomesSmall) {
  std::mt19937 random(1);
  std::normal_distribution<double> noise(100, 1);
  SteadyEstimate estimate;
  double previous = 100, moved = 0, differed = 0, last = 100;
  for (int i = 0; i < 2000; ++i) {
    const double x = noise(random);
    rounds(estimate, x, 1);
    if (i < 1000) continue;
    moved += std::fabs(rtt_of(estimate) - previous);
    differed += std::fabs(x - last);
    previous = rtt_of(estimate);
    last = x;
  }
  EXPECT_LT(moved, 0.15 * differed) << "little of the present, and of that a gain near a tenth or a few";
}

// How much of a small departure counts on a link of this noise.
double of_small(Ratio noise) {
  return noise.value / (noise.value + 0.058 * 2.4) / (1 + 0.3 * 2.4);
}

// What the spike itself is like must not be in the gain: its second half has not been seen yet.
TEST(Steady, OnWhiteNoiseALoneSpikeIsHardlyFollowed) {
  mesh::Tuning level_alone;
  level_alone.steadiness = 0;
  double followed_ms = 0;
  constexpr int kSeeds = 200;
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(seed);
    std::normal_distribution<double> rtt(20, 0.05);
    SteadyEstimate estimate;
    for (int i = 0; i < 200; ++i) rounds(estimate, rtt(random), 1);
    const double before = estimate.rtt(level_alone)->count();
    rounds(estimate, 24, 1);
    followed_ms += (estimate.rtt(level_alone)->count() - before) / kSeeds;
  }
  EXPECT_LT(followed_ms, 1.2) << "of 4 ms";
}

TEST(Steady, WhereValuesStayTheGainStaysOne) {
  SteadyEstimate estimate;
  // Each value is held for five rounds.
  std::mt19937 random(1);
  std::normal_distribution<double> value(100, 5);
  for (int i = 0; i < 200; ++i) rounds(estimate, value(random), 5);
  rounds(estimate, 100, 5);
  const double before = rtt_of(estimate), mean = estimate.mean()->count();
  const double of_present = of_small(estimate.noise());
  ASSERT_GT(4 * of_present, 0.1);
  rounds(estimate, 104, 1);
  const double learnt = estimate.mean()->count() - mean;
  EXPECT_NEAR(rtt_of(estimate) - before, 4 * of_present + (1 - of_present) * learnt, 0.02);
}

// A calm link's small departures are over before a change of routes has paid; a large one is worth it.
TEST(Steady, ACalmLinkIsLeftForLargeDepartures) {
  const auto counted = [](double departure) {
    SteadyEstimate estimate;
    for (int i = 0; i < 200; ++i) rounds(estimate, i % 2 == 0 ? 100 : 100.5, 1);
    const double before = rtt_of(estimate);
    rounds(estimate, 100 + departure, 3);
    return (rtt_of(estimate) - before) / departure;
  };
  const double most = 1 / (1 + 0.3 * 2.4);
  EXPECT_LT(counted(10), 0.1);
  EXPECT_NEAR(counted(40), most / 2, 0.05);
  EXPECT_NEAR(counted(100), most, 0.03);
  EXPECT_NEAR(counted(-40), counted(40), 0.03) << "the way back is no other";
}

TEST(Steady, WhereTheLinkWandersAnywayThePresentCounts) {
  SteadyEstimate estimate;
  std::mt19937 random(1);
  std::uniform_real_distribution<double> value(85, 115);
  for (int i = 0; i < 400; ++i) rounds(estimate, value(random), 1);
  rounds(estimate, 100, 1);
  const double noise = estimate.noise().value, mean = estimate.mean()->count();
  ASSERT_NEAR(noise, 0.07, 0.02);
  rounds(estimate, 180, 2);  // a clear step: all of it is the level
  const double departure = (180 - mean) / mean;
  ASSERT_GT(departure, 0.7);
  rounds(estimate, 110, 20);
  const double small = (110 - estimate.mean()->count()) / estimate.mean()->count();
  ASSERT_LT(std::fabs(small), 0.15);
  const double counted = (rtt_of(estimate) - estimate.mean()->count()) / (110 - estimate.mean()->count());
  EXPECT_GT(counted, 3 * of_small(Ratio{0.01})) << "more than on a calm link";
}

// Rounds that differ as much, of a link whose changes stay and of one whose changes are taken back.
TEST(Steady, WhatIsTakenBackNeedsLessMargin) {
  std::mt19937 random(1);
  std::normal_distribution<double> step(0, 2);
  SteadyEstimate wandering, jittery;
  double level = 100;
  for (int i = 0; i < 1000; ++i) {
    level = 100 + 0.98 * (level - 100) + step(random);
    rounds(wandering, level, 1);
    rounds(jittery, 100 + step(random) / std::sqrt(2), 1);
  }
  EXPECT_GT(wandering.noise().value, 0.012);
  EXPECT_LT(jittery.noise().value, 0.7 * wandering.noise().value);
}

// Else a link that had ten bad minutes is thought bad for an hour.
TEST(Steady, WhatWasFarOffIsNotWhatACalmLinkIsUsuallyLike) {
  const auto mean_after = [](double during) {
    SteadyEstimate estimate;
    for (int i = 0; i < 400; ++i) rounds(estimate, i % 2 == 0 ? 40 : 40.4, 1);
    rounds(estimate, during, 40);
    return estimate.mean()->count();
  };
  EXPECT_NEAR(mean_after(140), mean_after(58), 1) << "a departure by 45 % and one by 250 %";
  EXPECT_GT(mean_after(58), mean_after(50) + 1) << "what is nearer counts for what it is";
  EXPECT_LT(mean_after(10), mean_after(24) - 1) << "what is quicker than usual may be its way back";
}

// Of the present's 58 %, and of the other 42 as much as its age counts: half of it after 0.6 of the memory.
TEST(Steady, WhatHasLastedIsBelievedMoreAndMore) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 200);
  rounds(estimate, 80, 3);
  EXPECT_NEAR(rtt_of(estimate), 20 + 60 * 0.58, 2);
  double most = 0;
  for (int round = 0; round < 900; ++round) {
    rounds(estimate, 80, 1);
    most = std::max(most, rtt_of(estimate));
    // Where the mean has learnt all but a tenth of it, that tenth goes by the mean again.
    ASSERT_GE(rtt_of(estimate), 0.9 * most) << round << ": nor does it count less as the mean learns";
    if (round == 110) EXPECT_NEAR(rtt_of(estimate), 80 - (80 - estimate.mean()->count()) * 0.42 / 2, 0.5);
  }
  EXPECT_GT(most, 76);
}

TEST(Steady, WhatLastedEndsAtOnce) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 200);
  rounds(estimate, 80, 100);
  rounds(estimate, 20, 2);
  EXPECT_LT(rtt_of(estimate), 30) << "as after a minute of it";
  // Its other side is something new.
  SteadyEstimate other;
  rounds(other, 20, 200);
  rounds(other, 80, 100);
  const double mean = other.mean()->count();
  rounds(other, 8, 1);
  EXPECT_NEAR(rtt_of(other), mean - (mean - 8) * 0.58, 1.5);
}

// A brownout that ended all but a little: what comes next is as new as on any link.
TEST(Steady, ALittleThatRemainsDoesNotAge) {
  const auto after = [](double remains) {
    SteadyEstimate estimate;
    rounds(estimate, 20, 200);
    rounds(estimate, 80, 20);
    rounds(estimate, 20 + remains, 480);
    rounds(estimate, 60, 3);
    return rtt_of(estimate);
  };
  EXPECT_NEAR(after(2), after(0), 3);
}

TEST(Steady, AStepOnTopOfAnOldOneIsNew) {
  SteadyEstimate estimate;
  rounds(estimate, 20, 200);
  rounds(estimate, 80, 200);
  const double before = rtt_of(estimate);
  rounds(estimate, 380, 3);
  EXPECT_LT(rtt_of(estimate), before + 300 * 0.75) << "58 %, and what the old one had";
  EXPECT_GT(rtt_of(estimate), before + 300 * 0.5);
}

TEST(Steady, WhatIsNotFarDoesNotAge) {
  SteadyEstimate estimate;
  rounds(estimate, 100, 200);
  rounds(estimate, 125, 100);
  const double mean = estimate.mean()->count(), departure = (125 - mean) / mean;
  const double large = std::pow(departure / 0.4, 4);
  EXPECT_NEAR(rtt_of(estimate), mean + (125 - mean) * large / (1 + large) * 0.58, 1);
}

// What a quarter of an hour teaches the mean of a link without noise.
TEST(Steady, ACalmLinkLearnsFallsAndSmallRisesSooner) {
  const auto learnt = [](double before, double after) {
    SteadyEstimate estimate;
    rounds(estimate, before, 400);
    const double mean = estimate.mean()->count();
    rounds(estimate, after, 60);
    return (estimate.mean()->count() - mean) / (after - before);
  };
  const auto of_memory = [](double sooner) { return 1 - std::exp(-15.0 / 45 * sooner); };
  EXPECT_NEAR(learnt(100, 116), of_memory(1), 0.01);
  EXPECT_NEAR(200 * learnt(100, 300), 100 * (std::pow(1 + 0.33 / 180, 59) - 1), 0.5) << "a third at once";
  EXPECT_NEAR(learnt(100, 108), of_memory(1.35), 0.02);
  EXPECT_NEAR(learnt(108, 100), of_memory(2.6), 0.02);
}

TEST(Steady, WhereValuesWanderAFallSaysNoMoreThanARise) {
  for (const double deviation : {2, 5, 10, 25}) {
    SteadyEstimate estimate;
    std::mt19937 random(1);
    std::normal_distribution<double> value(100, deviation);
    double sum = 0;
    for (int i = 0; i < 4000; ++i) {
      rounds(estimate, value(random), 1);
      if (i >= 2000) sum += estimate.mean()->count();
    }
    EXPECT_NEAR(sum / 2000, 100, 1) << deviation;
  }
}

TEST(Steady, OfAWanderingLinkTheMeanIsThatOfAll) {
  SteadyEstimate estimate;
  std::mt19937 random(1);
  std::exponential_distribution<double> value(0.01);
  double sum = 0;
  for (int i = 0; i < 4000; ++i) {
    const double x = 20 + value(random);
    if (i >= 3000) sum += x;
    rounds(estimate, x, 1);
  }
  EXPECT_NEAR(estimate.mean()->count(), sum / 1000, 15);
}

TEST(Steady, TheLeastStepIsSmallWhereThePresentCountsLittle) {
  EXPECT_NEAR(least_step(Ratio{0.01}, kShipped).value,
              2.4 * (0.0017 + 3.4 * 0.01 * 0.01 / (0.01 + 0.058 * 2.4)), 1e-12);
  EXPECT_EQ(least_step(Ratio{1}, kShipped).value, 0.25) << "a value that is off by a quarter is told";
}

TEST(Steady, AtNoSteadinessTheLatestRoundIsAllThatCounts) {
  mesh::Tuning nervous;
  nervous.steadiness = 0;
  SteadyEstimate estimate;
  rounds(estimate, 20, 50);
  rounds(estimate, 120, 2);
  EXPECT_DOUBLE_EQ(estimate.rtt(nervous)->count(), 120);
  EXPECT_EQ(margin(Ratio{0.5}, Ratio{0.5}, nervous).value, 0);
  EXPECT_EQ(least_step(Ratio{0.5}, nervous).value, 0);
}

TEST(Steady, TheMarginIsBetweenTheLinksOwnNoiseAndEverybodys) {
  EXPECT_NEAR(margin(Ratio{0.04}, Ratio{0.01}, kShipped).value, 3.45 * 2.4 * 0.2 * std::pow(0.01, 0.75),
              1e-12);
  EXPECT_EQ(margin(Ratio{1}, Ratio{1}, kShipped).value, 0.4) << "nobody stays where it costs twice as much";
}

// ---- through the controller

Sample quick(double rtt, int probes = 5) {
  Sample sample = answers(rtt, probes);
  sample.quick = true;
  return sample;
}

TEST(SteadyController, AnswersToQuickProbesConfirmOrClear) {
  run_steps(kSteady, links_to({2}),
            {{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}},
             {kInterval, {round(2, answers(20))}, {}, {}, 20},
             {kInterval, {round(2, answers(120))}, {}, {{2, std::nullopt}}},
             {seconds{1}, {round(2, quick(20))}, {}, {{2, std::nullopt}}},
             {kInterval, {round(2, answers(120))}, {}, {{2, std::nullopt}}},
             {seconds{1}, {round(2, quick(120))}, {{2, 792, Reason::step}}, {{2, std::nullopt}}}});
}

// A link of 20 ms that waits: it was slow for a round four times.
class Waiting : public ::testing::Test {
 protected:
  Waiting() {
    rounds(20, 40);
    for (int spell = 0; spell < 4; ++spell) {
      rounds(80, 1);
      driver.round(2, quick(80));
      EXPECT_EQ(driver.published(2) > 500, spell < 3);
      if (spell < 3) rounds(20, 40);
    }
  }

  void rounds(double rtt, int count) {
    for (int i = 0; i < count; ++i) {
      driver.pass(kInterval);
      driver.round(2, answers(rtt + 0.1 * (i % 2)));
    }
  }

  Driver driver{kSteady, links_to({2})};
};

TEST_F(Waiting, SaysSo) {
  ASSERT_TRUE(driver.view(2).held);
  EXPECT_EQ(driver.view(2).held->why, Holding::short_spell);
  rounds(20, 1);
  EXPECT_FALSE(driver.view(2).held && driver.view(2).held->why == Holding::short_spell) << "it is over";
}

// What is so slow that its answers come too late is no quicker for that.
TEST_F(Waiting, EndsWithoutAnRttToo) {
  Sample late = answers(80);
  for (ProbeResult& probe : late.probes) probe = {Outcome::late, {}};
  for (int i = 0; i < 4; ++i) {
    driver.pass(kInterval);
    driver.round(2, late);
  }
  EXPECT_GT(driver.published(2), 500);
}

TEST_F(Waiting, IsNotForWhatCrossesTheBoundary) {
  rounds(20, 40);
  rounds(1500, 1);
  driver.round(2, quick(1500));
  EXPECT_GT(driver.published(2), 5000);
  rounds(450, 8);
  EXPECT_GT(driver.published(2), 2000) << "what is followed once is followed to its end";
}

// A link that is thought slow is not returned to while it is.
TEST_F(Waiting, LowersNothing) {
  rounds(20, 40);
  driver.happen([&](Controller& controller, MonotonicTime now) {
    controller.set_links(now, kSteady, {{.neighbour = 2, .bias = Milliseconds{300}, .interval = kInterval}});
  });
  rounds(20, 2);
  const auto dear = driver.published(2);
  rounds(80, 1);
  driver.round(2, quick(80));
  driver.happen([&](Controller& controller, MonotonicTime now) {
    controller.set_links(now, kSteady, {{.neighbour = 2, .interval = kInterval}});
  });
  ASSERT_TRUE(driver.view(2).held);
  EXPECT_EQ(driver.view(2).held->why, Holding::short_spell);
  EXPECT_EQ(driver.published(2), dear);
}

TEST(SteadyController, QuickProbesThatAreLostProveLossAndTakeNothingDown) {
  Sample lost = nothing_answers();
  lost.quick = true;
  run_steps(kSteady, links_to({2}),
            {{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}},
             {kInterval, {round(2, answers(20))}, {}, {}, 3},
             {seconds{1}, {round(2, lost)}, {{2, 1957, Reason::loss_boundary}}, {{2, std::nullopt}}}});
}

TEST(SteadyController, OfALinkThatIsDownQuickProbesSayNothing) {
  Driver driver(kSteady, links_to({2}));
  for (int i = 0; i < 5; ++i) {
    driver.pass(kInterval);
    driver.round(2, answers(20));
  }
  driver.happen(
      [](Controller& controller, MonotonicTime now) { controller.condition_changed(now, 2, kBfdDown); });
  driver.round(2, quick(20));
  EXPECT_EQ(driver.view(2).standing, Standing::down);
  EXPECT_EQ(driver.published(2), kLastResort);
  EXPECT_FALSE(driver.controller().suspects(2));
}

TEST(SteadyController, AStepInTheFirstMinutesIsNotTakenForNoise) {
  Driver driver(kSteady, links_to({2, 3}));
  for (int i = 0; i < 2; ++i) {
    driver.pass(kInterval);
    for (const SiteId link : {2U, 3U}) driver.round(link, answers(12));
  }
  for (int i = 0; i < 3; ++i) {
    driver.pass(kInterval);
    driver.round(2, answers(112));
    driver.round(3, answers(12));
  }
  EXPECT_GT(driver.published(2), 500U);
  EXPECT_LT(driver.controller().published().front().margin.value, 0.15)
      << "or the slow link keeps its traffic";
}

TEST(SteadyController, ARestartKeepsTheMarginUntilTheNoiseIsKnown) {
  Driver driver(kSteady, links_to({2}));
  driver.happen(
      [](Controller& controller, MonotonicTime now) { controller.restore(now, 2, 210, Ratio{0.1}); });
  for (int i = 0; i < 15; ++i) {
    driver.pass(kInterval);
    driver.round(2, answers(20));
    EXPECT_EQ(driver.controller().published().front().margin.value, 0.1);
  }
  for (int i = 0; i < 10; ++i) {
    driver.pass(kInterval);
    driver.round(2, answers(20));
  }
  EXPECT_EQ(driver.controller().published().front().margin.value, 0);
}

TEST(SteadyController, AReloadLeavesNoMarginHalfCounted) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> noise(0, 0.05);
  const auto links = links_to({1, 2, 3, 4, 5});
  Driver driver(kSteady, links);
  for (int i = 0; i < 200; ++i) {
    driver.pass(kInterval);
    for (SiteId link = 1; link <= 5; ++link) driver.round(link, answers(30 * noise(random)));
  }
  const auto before = driver.controller().published();
  driver.happen(
      [&](Controller& controller, MonotonicTime now) { controller.set_links(now, kSteady, links); });
  const auto after = driver.controller().published();
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_NEAR(after[i].margin.value, before[i].margin.value, 0.05);
}

TEST(SteadyController, AnRttOfNothingIsSurvived) {
  Driver driver(kSteady, links_to({2}));
  for (int i = 0; i < 30; ++i) {
    driver.pass(kInterval);
    driver.round(2, answers(0));
  }
  EXPECT_EQ(driver.controller().published().front().margin.value, 0);
}

// Half of what is sent over the link to 2 is lost; its RTT, and that of the link to 3, is a few microseconds,
// now more, now less.
TEST(SteadyController, SchedulingIsNoNoiseOfACost) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> noise(0, 0.5);
  Driver driver(kSteady, links_to({2, 3}));
  for (int i = 0; i < 200; ++i) {
    driver.pass(kInterval);
    driver.round(2, losing(3, 0.02 * noise(random), 6));
    driver.round(3, answers(0.02 * noise(random)));
  }
  EXPECT_LT(driver.view(2).noise->value, 0.02);
  EXPECT_LT(driver.view(2).margin.value, 0.05);
  EXPECT_GT(driver.published(2), 0.75 * *driver.view(2).computed)
      << "its RTT's noise says nothing of its loss";
  EXPECT_LE(driver.published(3), 11U);
}

// Rounds of links to 1, 2, … that differ by `deviation`.
void vary(Driver& driver, SiteId links, int rounds, double deviation) {
  std::mt19937 random(7);
  std::lognormal_distribution<double> noise(0, deviation);
  for (int i = 0; i < rounds; ++i) {
    driver.pass(kInterval);
    for (SiteId link = 1; link <= links; ++link) driver.round(link, answers(30 * noise(random)));
  }
}

// Five such links; the margin of each in thousandths.
std::vector<std::uint32_t> margins_at(double deviation, std::uint64_t& editions) {
  Driver driver(kSteady, links_to({1, 2, 3, 4, 5}));
  vary(driver, 5, 1000, deviation);
  editions = driver.controller().edition();
  std::vector<std::uint32_t> margins;
  for (const Published& link : driver.controller().published()) margins.push_back(per_mille(link.margin));
  return margins;
}

TEST(SteadyController, MarginsFollowTheNoiseAndAreSeldomToldAnew) {
  std::uint64_t editions = 0;
  for (const std::uint32_t margin : margins_at(0, editions)) EXPECT_EQ(margin, 0U);
  EXPECT_LT(editions, 10U) << "nothing to tell";
  // A log-normal of 1 % differs from round to round by 2/√π of that.
  for (const std::uint32_t margin : margins_at(0.01, editions)) EXPECT_NEAR(margin, 10, 5);
  EXPECT_LT(editions, 200U) << "of 5,000 rounds";
}

TEST(SteadyController, TwoFifthsOfAMarginAreKeptForGood) {
  Driver driver(kSteady, links_to({1, 2}));
  vary(driver, 2, 300, 0.1);
  for (const Published& link : driver.controller().published()) {
    EXPECT_GT(link.margin.value, 0.05);
    EXPECT_NEAR(link.kept.value, 0.4 * link.margin.value, 1e-9);
  }
}

}  // namespace
}  // namespace trimtab::controller::testing
