// What is a shift of level and what is none: step tables, and a hundred thousand samples of noise.
#include "controller/level_shift.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace trimtab::controller {
namespace {

struct Told {
  std::size_t sample = 0;
  double from_ms = 0, to_ms = 0;
};

std::vector<Told> shifts_in(const std::vector<double>& samples_ms) {
  LevelShifts watch;
  std::vector<Told> told;
  for (std::size_t i = 0; i < samples_ms.size(); ++i) {
    if (const auto shift = watch.add(Milliseconds{samples_ms[i]}))
      told.push_back({i, shift->from.count(), shift->to.count()});
  }
  return told;
}

struct Step {
  const char* what;
  std::vector<double> then_ms;  // after ten samples of 100 ms
  std::vector<std::size_t> at;  // in then_ms, where a shift is told
};

TEST(LevelShift, Steps) {
  const std::vector<Step> steps{
      {"a constant", std::vector<double>(100, 100.0), {}},
      {"one bar up, at the third", {111, 111, 111, 111, 111, 111}, {2}},
      {"one bar down, at the third", {90, 90, 90, 90, 90, 90}, {2}},
      {"two bars up, at the second", {125, 125, 125, 125, 125}, {1}},
      {"less than a bar", {108, 108, 108, 108, 108, 108, 108, 108}, {}},
      {"a climb is one shift", {115, 125, 135, 140, 140, 140, 140, 140}, {2}},
      {"up and back", {130, 130, 130, 130, 130, 130, 100, 100, 100}, {1, 7}},
      {"a lone spike", {100, 400, 100, 100, 100, 100}, {}},
      {"two spikes apart", {400, 100, 400, 100, 100, 400, 100}, {}},
      {"spikes to both sides", {150, 50, 150, 50, 100, 100}, {}},
      {"a burst may dip", {400, 500, 450, 450, 450, 350, 350, 350, 450}, {1}},
      {"a burst is one shift", {400, 500, 450, 300, 480, 350, 400}, {1}},
  };
  for (const Step& step : steps) {
    std::vector<double> samples(10, 100.0);
    samples.insert(samples.end(), step.then_ms.begin(), step.then_ms.end());
    std::vector<std::size_t> at;
    for (const Told& told : shifts_in(samples)) at.push_back(told.sample - 10);
    EXPECT_EQ(at, step.at) << step.what;
  }
}

TEST(LevelShift, SaysWhereItCameFromAndWhereItWent) {
  std::vector<double> samples(20, 40.0);
  samples.insert(samples.end(), {60, 62, 61, 61});
  const auto told = shifts_in(samples);
  ASSERT_EQ(told.size(), 1U);
  EXPECT_DOUBLE_EQ(told[0].from_ms, 40);
  EXPECT_DOUBLE_EQ(told[0].to_ms, 61);
}

TEST(LevelShift, FiveMillisecondsAreTheLeast) {
  std::vector<double> samples(10, 8.0);
  samples.insert(samples.end(), 10, 12.0);  // 50 %, but 4 ms
  EXPECT_TRUE(shifts_in(samples).empty());
  samples.insert(samples.end(), 10, 19.0);
  EXPECT_EQ(shifts_in(samples).size(), 1U);
}

TEST(LevelShift, ALinkMayBeginWithASpike) {
  LevelShifts watch;
  watch.add(Milliseconds{900.0});
  watch.add(Milliseconds{20.0});
  EXPECT_EQ(watch.level(), std::nullopt);
  watch.add(Milliseconds{21.0});
  EXPECT_EQ(watch.level(), Milliseconds{21.0});
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(watch.add(Milliseconds{20.0}));
}

TEST(LevelShift, ASlowRampIsFollowed) {
  std::vector<double> samples;
  for (int i = 0; i < 2000; ++i) samples.push_back(100 + 0.05 * i);
  EXPECT_TRUE(shifts_in(samples).empty());
}

TEST(LevelShift, WhatStaysJustBelowABarIsFollowedToo) {
  LevelShifts watch;
  for (int i = 0; i < 40; ++i) watch.add(Milliseconds{100.0});
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(watch.add(Milliseconds{108.0}));
  EXPECT_NEAR(watch.level()->count(), 108, 0.5);
}

TEST(LevelShift, NoiseAloneIsHardlyEverAShift) {
  constexpr int kSamples = 100'000;
  constexpr unsigned kSeed = 20;
  std::mt19937 random(kSeed);
  std::normal_distribution<double> jitter(0, 4);  // 0.4 bars
  std::bernoulli_distribution spikes(0.02);
  std::exponential_distribution<double> spike_ms(1 / 60.0);
  std::vector<double> samples;
  for (int i = 0; i < kSamples; ++i)
    samples.push_back(std::max(1.0, 100 + jitter(random) + (spikes(random) ? spike_ms(random) : 0)));
  const std::size_t told = shifts_in(samples).size();
  const double per_day = static_cast<double>(told) * 86400 / (kSamples * 15.0);
  RecordProperty("false_alarms", std::to_string(told));
  std::printf("noise: %zu false alarms in %d samples (seed %u), %.1f a day at a round in 15 s\n", told,
              kSamples, kSeed, per_day);
  EXPECT_LT(told, 100U);
}

}  // namespace
}  // namespace trimtab::controller
