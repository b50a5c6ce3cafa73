// Wilson's interval and the loss window: hand-picked cases, and a slow model that a million probes agree
// with.
#include "controller/loss_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "controller/boundary.h"
#include "controller/poisson.h"

namespace trimtab::controller {
namespace {

void feed(LossWindow& window, int lost, int probes) {
  for (int i = 0; i < probes; ++i) window.add(i < lost);
  window.prove();
}

TEST(Wilson, AgreesWithPublishedFigures) {
  // R's prop.test without continuity correction.
  EXPECT_NEAR(wilson(1, 60, kReportQuantile).low.percent(), 0.30, 0.01);
  EXPECT_NEAR(wilson(1, 60, kReportQuantile).high.percent(), 8.86, 0.01);
  EXPECT_NEAR(wilson(4, 20, kReportQuantile).low.percent(), 8.07, 0.01);
  EXPECT_NEAR(wilson(4, 20, kReportQuantile).high.percent(), 41.60, 0.01);
}

TEST(Wilson, StaysInsideZeroToOne) {
  for (int probes = 1; probes <= 240; ++probes) {
    for (int lost = 0; lost <= probes; ++lost) {
      const Interval interval = wilson(lost, probes, kDecisionQuantile);
      const double share = static_cast<double>(lost) / probes;
      ASSERT_GE(interval.low.value, 0.0);
      ASSERT_LE(interval.low.value, share + 1e-12);
      ASSERT_GE(interval.high.value, share - 1e-12);
      ASSERT_LE(interval.high.value, 1.0);
    }
  }
}

TEST(LossWindow, FourOfTwentyOrEightOfSixtyCrossFivePercent) {
  LossWindow three, four, seven, eight;
  feed(three, 3, 20);
  feed(four, 4, 20);
  // Spread out, so that the last twenty hold only two.
  for (int i = 0; i < 60; ++i) {
    seven.add(i % 8 == 0 && i < 56);
    eight.add(i % 8 == 0);
  }
  seven.prove();
  eight.prove();
  EXPECT_LT(three.proven().value, 0.05);
  EXPECT_GT(four.proven().value, 0.05);
  ASSERT_EQ(seven.lost(LossWindow::kMiddle), 7);
  ASSERT_EQ(eight.lost(LossWindow::kMiddle), 8);
  EXPECT_LT(seven.proven().value, 0.05);
  EXPECT_GT(eight.proven().value, 0.05);
}

TEST(LossWindow, FewerThanThreeLostCountAsNone) {
  LossWindow window;
  feed(window, 2, 5);
  EXPECT_EQ(window.proven().value, 0);
  window.add(true);
  window.prove();
  EXPECT_GT(window.proven().value, 0);
}

TEST(LossWindow, LongWindowsCountOnceFull) {
  LossWindow window;
  feed(window, 3, 3);
  feed(window, 0, 16);  // 3 of 19
  EXPECT_NEAR(window.proven().value, wilson(3, 19, kDecisionQuantile).low.value, 1e-12);
  LossWindow fresh;
  for (int i = 0; i < 59; ++i) fresh.add(i % 12 == 0);  // 5 of 59, never three of twenty
  fresh.prove();
  EXPECT_EQ(fresh.proven().value, 0);
  fresh.add(false);
  fresh.prove();
  EXPECT_NEAR(fresh.proven().value, wilson(5, 60, kDecisionQuantile).low.value, 1e-12);
}

TEST(LossWindow, ReturnsToNoneOnlyWhenEveryWindowHoldsAtMostOne) {
  LossWindow window;
  feed(window, 3, 3);
  for (int clean = 1; clean <= 237; ++clean) {
    window.add(false);
    window.prove();
    ASSERT_GT(window.proven().value, 0) << clean << " clean probes";
  }
  window.add(false);
  window.prove();  // two of the three still in the long window
  EXPECT_GT(window.proven().value, 0);
  window.add(false);
  window.prove();
  EXPECT_EQ(window.proven().value, 0);
}

TEST(Poisson, AgreesWithPublishedTables) {
  EXPECT_NEAR(poisson_at_most(0, 1), 0.3679, 5e-5);
  EXPECT_NEAR(poisson_at_most(2, 1), 0.9197, 5e-5);
  EXPECT_NEAR(poisson_at_most(10, 10), 0.5830, 5e-5);
  EXPECT_NEAR(poisson_at_least(4, 0.4), 0.0008, 5e-5);
  EXPECT_EQ(poisson_at_least(0, 3), 1);
  EXPECT_EQ(poisson_at_least(1, 0), 0);
  EXPECT_EQ(poisson_at_most(0, 2000), 0) << "no underflow harms it";
}

// One lost of so many, round for round.
void feed_steadily(LossWindow& window, int one_of, int probes) {
  for (int i = 1; i <= probes; ++i) {
    window.add(i % one_of == 0);
    if (i % 5 == 0) window.prove();
  }
}

TEST(LossWindow, WhatIsKnownOfALinkIsNoNews) {
  LossWindow window;
  feed_steadily(window, 50, 1220);
  const auto of = [](int lost, int probes) { return wilson(lost, probes, kDecisionQuantile).low.value; };
  EXPECT_NEAR(window.proven().value, of(24, 1200), 5e-4) << "two per cent, in all that is remembered";
  feed(window, 3, 5);  // three of twenty, proven 3.9 % of another link: here one window in a hundred has them
  EXPECT_LT(window.proven().value, 0.02);
  feed(window, 2, 5);  // five are one in twenty thousand
  EXPECT_NEAR(window.proven().value, of(5, 20), 1e-12);
}

TEST(LossWindow, NothingIsKnownOfLessThanALongWindow) {
  LossWindow window;
  feed_steadily(window, 50, 235);
  feed(window, 3, 20);
  EXPECT_NEAR(window.proven().value, wilson(3, 20, kDecisionQuantile).low.value, 1e-12);
}

TEST(LossWindow, LittleLossForGoodStaysProven) {
  std::mt19937 random(20260102);
  std::uniform_real_distribution<double> share(0, 1);
  int rounds = 0, none = 0, twice = 0;
  for (int link = 0; link < 20; ++link) {
    LossWindow window;
    for (int probe = 0; probe < 12 * 1200; ++probe) {
      window.add(share(random) < 0.02);
      if (probe % 5 != 4) continue;
      window.prove();
      if (probe < 1200) continue;  // the first hour
      ++rounds;
      none += window.proven().value == 0 ? 1 : 0;
      twice += window.proven().value > 0.04 ? 1 : 0;
    }
  }
  EXPECT_LE(none, rounds / 100);   // by the three windows 7 % of all rounds
  EXPECT_LE(twice, rounds / 200);  // and 2 %
}

TEST(LossWindow, OneAccidentIsForgottenOnceItHasLeftTheLongWindow) {
  for (int lost = 3; lost <= 12; ++lost) {
    LossWindow window;
    feed_steadily(window, 10'000, 1200);
    feed(window, lost, lost);
    EXPECT_GT(window.proven().value, 0.01) << lost;
    for (int round = 0; round < 48; ++round) feed(window, 0, 5);
    EXPECT_EQ(window.proven().value, 0) << lost;
  }
}

TEST(LossWindow, ALossThatIsOverIsForgottenInOneLongWindow) {
  for (const int one_of : {2, 5, 10}) {
    LossWindow window;
    feed_steadily(window, 10'000, 1200);
    feed_steadily(window, one_of, 600);
    EXPECT_GT(window.proven().value, 0.6 / one_of);
    for (int round = 0; round < 49; ++round) feed(window, 0, 5);
    EXPECT_EQ(window.proven().value, 0) << "one of " << one_of;
  }
}

TEST(LossWindow, LossThatBecameLessIsKnownAsThat) {
  LossWindow window;
  feed_steadily(window, 5, 1200);
  for (int i = 0; i < 30; ++i) {
    feed_steadily(window, 50, 50);
    EXPECT_GT(window.proven().value, 0.004) << "it is not over";
    if (i >= 6) EXPECT_LT(window.proven().value, 0.02) << 50 * i;
  }
}

TEST(LossWindow, SaysWhatIsNotMoreThan) {
  const auto of = [](int lost, int probes) { return wilson(lost, probes, kDecisionQuantile).high.value; };
  LossWindow window;
  for (int i = 0; i < 60; ++i) window.add(i < 6);
  EXPECT_NEAR(window.most_possible(1000).value, of(6, 60), 1e-12);
  EXPECT_EQ(window.most_possible(59).value, 1) << "of so few probes nothing is known";
  for (int i = 0; i < 179; ++i) window.add(false);
  EXPECT_NEAR(window.most_possible(1000).value, of(0, 60), 1e-12);
  window.add(false);  // the long one is full
  EXPECT_NEAR(window.most_possible(240).value, of(6, 240), 1e-12);
  for (int i = 0; i < 20; ++i) window.add(true);
  EXPECT_NEAR(window.most_possible(240).value, of(20, 240), 1e-12);
  EXPECT_NEAR(window.most_possible(239).value, of(20, 60), 1e-12);
}

TEST(LossWindow, AgreesWithASlowModel) {
  const unsigned seed = 20260101;
  std::mt19937 random(seed);
  LossWindow window;
  std::deque<bool> model;
  for (int i = 0; i < 100'000; ++i) {
    // Spells of different loss, so that every count occurs.
    const double rate = static_cast<double>((i / 500) % 7) / 8;
    const bool lost = std::uniform_real_distribution<double>(0, 1)(random) < rate;
    window.add(lost);
    model.push_back(lost);
    if (model.size() > 240) model.pop_front();
    for (const int length : {20, 60, 240}) {
      const auto from =
          model.end() - std::min<std::ptrdiff_t>(length, static_cast<std::ptrdiff_t>(model.size()));
      ASSERT_EQ(window.lost(length), std::count(from, model.end(), true))
          << "seed " << seed << ", probe " << i;
      ASSERT_EQ(window.probes(length), model.end() - from);
    }
  }
}

TEST(LossBoundary, HasALowerWayBackAndAFullNewWindow) {
  const mesh::Tuning tuning;
  LossBoundary boundary;
  EXPECT_EQ(boundary.update(Ratio{0.05}, 5, tuning), Crossing::none);
  EXPECT_EQ(boundary.update(Ratio{0.0501}, 5, tuning), Crossing::beyond);
  EXPECT_EQ(boundary.update(Ratio{0.06}, 5, tuning), Crossing::none);
  for (int i = 0; i < 11; ++i) EXPECT_EQ(boundary.update(Ratio{0.019}, 5, tuning), Crossing::none);
  EXPECT_EQ(boundary.update(Ratio{0.02}, 5, tuning), Crossing::none);  // starts over
  for (int i = 0; i < 11; ++i) EXPECT_EQ(boundary.update(Ratio{0.019}, 5, tuning), Crossing::none);
  EXPECT_EQ(boundary.update(Ratio{0.019}, 5, tuning), Crossing::back);
  EXPECT_FALSE(boundary.beyond());
}

TEST(RttBoundary, HasALowerWayBack) {
  const mesh::Tuning tuning;
  RttBoundary boundary;
  EXPECT_EQ(boundary.update(Milliseconds{500}, tuning), Crossing::none);
  EXPECT_EQ(boundary.update(Milliseconds{500.1}, tuning), Crossing::beyond);
  EXPECT_EQ(boundary.update(Milliseconds{450}, tuning), Crossing::none);
  EXPECT_EQ(boundary.update(Milliseconds{449.9}, tuning), Crossing::back);
  EXPECT_EQ(boundary.update(Milliseconds{499}, tuning), Crossing::none);
}

}  // namespace
}  // namespace trimtab::controller
