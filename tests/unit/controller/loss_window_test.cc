// Wilson's interval and the loss window: hand-picked cases, and a slow model that a million probes agree
// with.
#include "controller/loss_window.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "controller/boundary.h"

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
