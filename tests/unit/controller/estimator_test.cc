// Rounds in figures, EWMA, and what counts as evidence of capacity.
#include "controller/estimator.h"

#include <gtest/gtest.h>

#include "support/controller_driver.h"

namespace trimtab::controller {
namespace {

using testing::answers;
using testing::of;
using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1000h};

TEST(Round, HasTheMedianAndTheMeanAbsoluteDifference) {
  const LastRound odd = summarise(of({20, 30, 10, 90, 25}), kStart);
  EXPECT_DOUBLE_EQ(odd.rtt->count(), 25);
  EXPECT_DOUBLE_EQ(odd.jitter->count(), (10 + 20 + 80 + 65) / 4.0);
  const LastRound even = summarise(of({20, 30, 10, 90}), kStart);
  EXPECT_DOUBLE_EQ(even.rtt->count(), 25);
}

TEST(Round, UsualDifferencesKnowNeitherALoneSpikeNorAStep) {
  EXPECT_DOUBLE_EQ(summarise(of({20, 22, 120, 21, 23}), kStart).usual_difference->count(), 2);
  EXPECT_DOUBLE_EQ(summarise(of({20, 22, 21, 121, 122}), kStart).usual_difference->count(), 1);
  EXPECT_DOUBLE_EQ(summarise(of({20, 23}), kStart).usual_difference->count(), 3);
  EXPECT_FALSE(summarise(of({20}), kStart).usual_difference.has_value());
}

TEST(Round, LeavesLostAndLateOutOfTheFigures) {
  Sample sample = of({20, -1, 40});
  sample.probes.push_back({Outcome::late, Milliseconds{9999}});
  const LastRound round = summarise(sample, kStart);
  EXPECT_EQ(round.answered, 2);
  EXPECT_EQ(round.lost, 1);
  EXPECT_EQ(round.late, 1);
  EXPECT_DOUBLE_EQ(round.rtt->count(), 30);
  EXPECT_DOUBLE_EQ(round.jitter->count(), 20);
}

TEST(Round, WithOneAnswerHasNoJitterAndWithNoneNoRtt) {
  EXPECT_FALSE(summarise(of({20}), kStart).jitter.has_value());
  EXPECT_TRUE(summarise(of({20}), kStart).rtt.has_value());
  EXPECT_FALSE(summarise(testing::late(), kStart).rtt.has_value());
  EXPECT_EQ(summarise(of({20, -1, -1}), kStart).lost_at_end, 2);
}

TEST(Round, SurvivesMoreProbesThanAMeshFileAllows) {
  const LastRound round = summarise(answers(20, 1000), kStart);
  EXPECT_EQ(round.answered, 1000);
  EXPECT_DOUBLE_EQ(round.rtt->count(), 20);
}

TEST(Ewma, TakesTheFirstSampleWhole) {
  Ewma ewma;
  EXPECT_FALSE(ewma.value().has_value());
  ewma.add(20, 0.1);
  EXPECT_DOUBLE_EQ(*ewma.value(), 20);
  ewma.add(30, 0.1);
  EXPECT_DOUBLE_EQ(*ewma.value(), 21);
  ewma.add(30, 0.25);
  EXPECT_DOUBLE_EQ(*ewma.value(), 23.25);
}

class Bandwidth : public ::testing::Test {
 protected:
  void add(double megabits, bool saturated) {
    estimate_.add(now_, {Rate{static_cast<std::uint64_t>(megabits * 1e6)}, saturated}, Rate{200'000'000},
                  0.1);
  }
  double megabits() const { return estimate_.rate() ? estimate_.rate()->megabits() : -1; }

  MonotonicTime now_ = kStart;
  BandwidthEstimate estimate_;
};

TEST_F(Bandwidth, AnIdleLinkSaysNothing) {
  add(0.1, false);
  EXPECT_FALSE(estimate_.rate().has_value());
}

TEST_F(Bandwidth, MoreThanAssumedIsProof) {
  add(300, false);
  EXPECT_EQ(megabits(), 300);
}

TEST_F(Bandwidth, TheFirstSaturatedSampleIsTakenWholeLaterOnesAreSmoothed) {
  add(40, true);
  EXPECT_EQ(megabits(), 40);
  add(30, true);
  EXPECT_EQ(megabits(), 39);
  add(5, false);
  EXPECT_EQ(megabits(), 39);
  add(60, false);
  EXPECT_EQ(megabits(), 60);
}

TEST_F(Bandwidth, TimeWithoutEvidenceMakesItStaleNeverSmaller) {
  add(40, true);
  EXPECT_FALSE(estimate_.stale(now_));
  now_ += 61min;
  add(1, false);
  EXPECT_TRUE(estimate_.stale(now_));
  EXPECT_EQ(megabits(), 40);
  add(41, false);
  EXPECT_FALSE(estimate_.stale(now_));
  estimate_.doubt();
  EXPECT_TRUE(estimate_.stale(now_));
}

TEST_F(Bandwidth, AnOldRateBelowTheAssumedIsUnknownAgain) {
  const Rate assumed{200'000'000};
  add(2, true);
  now_ += 60min;
  estimate_.expire(now_, assumed);
  EXPECT_EQ(megabits(), 2);
  now_ += 1min;
  estimate_.expire(now_, assumed);
  EXPECT_FALSE(estimate_.rate().has_value());
  add(300, false);
  now_ += 61min;
  estimate_.expire(now_, assumed);
  EXPECT_EQ(megabits(), 300) << "what is proven to be more than assumed stays";
}

}  // namespace
}  // namespace trimtab::controller
