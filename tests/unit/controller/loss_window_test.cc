// Wilson's interval and the loss window: hand-picked cases, and a slow model that a million probes agree
// with.
#include "controller/loss_window.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <random>
#include <utility>
#include <vector>

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

// Loses each probe by itself, and asks after each round of five.
class Random {
 public:
  explicit Random(unsigned seed) : random_(seed) {}

  void feed(LossWindow& window, double share, int rounds) {
    for (int i = 0; i < 5 * rounds; ++i) {
      window.add(from_(random_) < share);
      if (i % 5 == 4) window.prove();
    }
  }

 private:
  std::mt19937 random_;
  std::uniform_real_distribution<double> from_{0, 1};
};

constexpr int kHour = 240;  // rounds
constexpr unsigned kLinks = 40;

TEST(LossWindow, LittleLossForGoodStaysProven) {
  int rounds = 0, none = 0, swings = 0;
  for (unsigned link = 1; link <= kLinks; ++link) {
    LossWindow window;
    Random random(link);
    random.feed(window, 0.02, 2 * kHour);
    for (int round = 0; round < 10 * kHour; ++round, ++rounds) {
      const double before = window.proven().value;
      random.feed(window, 0.02, 1);
      none += window.proven().value == 0 ? 1 : 0;
      swings += std::fabs(window.proven().value - before) > 0.005 ? 1 : 0;
    }
  }
  EXPECT_LE(none, rounds / 100);          // by the three windows alone 8 %
  EXPECT_LE(swings, 2 * rounds / kHour);  // and 19 an hour
}

// By chance it takes about ln 1000 / share probes; the long window alone, whatever the share, 240.
TEST(LossWindow, TheEndOfALittleLossIsBelieved) {
  for (const auto& [share, most] : {std::pair{0.005, 90}, {0.01, 65}, {0.02, 35}, {0.03, 20}, {0.2, 13}}) {
    for (unsigned link = 1; link <= kLinks; ++link) {
      LossWindow window;
      Random random(link);
      random.feed(window, share, 3 * kHour);
      random.feed(window, 0, most * kHour / 60);
      ASSERT_EQ(window.proven().value, 0) << share << " for three hours, seed " << link;
    }
  }
}

TEST(LossWindow, LossThatBecomesMoreOrLessIsBelieved) {
  std::vector<int> more, less;
  unsigned known = 0;
  for (unsigned link = 1; link <= kLinks; ++link) {
    LossWindow window;
    Random random(link);
    random.feed(window, 0.02, 3 * kHour);
    more.push_back(0);
    for (; window.proven().value < 0.05; ++more.back()) random.feed(window, 0.2, 1);
    random.feed(window, 0.2, kHour);
    less.push_back(0);
    for (; window.proven().value > 0.02; ++less.back()) random.feed(window, 0.01, 1);
    random.feed(window, 0.01, kHour);
    known += window.proven().value > 0 ? 1U : 0U;
  }
  std::sort(more.begin(), more.end());
  std::sort(less.begin(), less.end());
  EXPECT_LE(more[kLinks / 2], 6) << "rounds of 15 s";
  EXPECT_LE(more.back(), 20);
  EXPECT_LE(less[kLinks / 2], 50);
  EXPECT_LE(less.back(), kHour);
  EXPECT_GE(known, kLinks * 3 / 4) << "it is less, not over";
}

// Accidents lose several in a row; that they happen is no share of loss.
TEST(LossWindow, AccidentsAreForgottenOnceTheyHaveLeftTheLongWindow) {
  const auto accident = [](LossWindow& window, int lost) { feed(window, lost, lost); };
  const auto clean = [](LossWindow& window, int rounds) {
    for (int round = 0; round < rounds; ++round) feed(window, 0, 5);
  };
  for (int lost = 3; lost <= 12; ++lost) {
    LossWindow window;
    clean(window, kHour);
    for (int again = 0; again < 4; ++again) {
      accident(window, lost);
      EXPECT_GT(window.proven().value, 0.01) << lost << " for the " << again + 1 << ". time";
      clean(window, 48);
      EXPECT_EQ(window.proven().value, 0) << lost << " for the " << again + 1 << ". time";
      clean(window, 72);
    }
  }
}

TEST(LossWindow, ALossThatIsOverIsForgottenInOneLongWindow) {
  for (const int one_of : {2, 5, 10}) {
    LossWindow window;
    feed_steadily(window, 10'000, 1200);
    feed_steadily(window, one_of, 600);
    EXPECT_GT(window.proven().value, 0.6 / one_of);
    // One lost by chance before it is over is not what it was.
    for (int round = 0; round < 36; ++round) feed(window, 0, 5);
    feed(window, 1, 5);
    for (int round = 0; round < 12; ++round) feed(window, 0, 5);
    EXPECT_EQ(window.proven().value, 0) << "one of " << one_of;
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
