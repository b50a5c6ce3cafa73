#include "probe/allowance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "util/rng.h"

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;

struct Step {
  int earned;  // regular probes, one every 3 s
  int taken;   // batches of five that are then to be had
  const char* why;
};

struct Case {
  const char* name;
  bool metered;
  std::optional<Budget> budget;
  std::vector<Step> steps;
};

void run(const Case& row) {
  MonotonicTime now{1h};
  Allowance allowance(row.metered, row.budget, now);
  std::string before;
  for (const Step& step : row.steps) {
    for (int probe = 0; probe < step.earned; ++probe) allowance.earn();
    now += step.earned * 3s;
    int taken = 0;
    while (taken < 100 && allowance.take(now, 5)) ++taken;
    before += std::to_string(step.earned) + " earned, " + std::to_string(taken) + " taken; ";
    EXPECT_EQ(taken, step.taken) << row.name << ": " << step.why << "\n" << before;
  }
}

TEST(Allowance, IsEarnedByRegularProbes) {
  const std::vector<Case> table{
      {"usual",
       false,
       std::nullopt,
       {{0, 2, "two batches to begin with"},
        {4, 0, "less than a batch"},
        {1, 1, "five for five"},
        {12, 2, "two are left over"},
        {3, 1, "with those two"},
        {1000, 8, "40 at most are saved up"}}},
      {"metered",
       true,
       std::nullopt,
       {{0, 1, "one to begin with"},
        {9, 0, "two for one"},
        {1, 1, "five for ten"},
        {1000, 2, "10 at most are saved up"}}},
  };
  for (const Case& row : table) run(row);
}

// Whatever is asked for, and whenever: what it began with, and what was earned since.
TEST(Allowance, IsNeverAheadOfTheRegularProbesByMoreThanItBeganWith) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Rng rng(seed);
    Allowance usual(false, std::nullopt, MonotonicTime{1h}), metered(true, std::nullopt, MonotonicTime{1h});
    int regular = 0, quick = 0, quick_metered = 0, most = 0;
    for (int step = 0; step < 10'000; ++step) {
      const auto one_of = rng.below(20);
      if (one_of < 10) {
        ++regular;
        usual.earn();
        metered.earn();
      } else {
        const int probes = static_cast<int>(one_of) - 9;
        quick += usual.take(MonotonicTime{1h}, probes) ? probes : 0;
        quick_metered += metered.take(MonotonicTime{1h}, probes) ? probes : 0;
      }
      most = std::max(most, quick - regular);
      ASSERT_LE(quick, regular + 10) << "seed " << seed << ", step " << step;
      ASSERT_LE(quick_metered, regular / 2 + 5) << "seed " << seed << ", step " << step;
    }
    EXPECT_GT(most, 5) << "it may be used";
    EXPECT_GE(quick, regular);
  }
}

TEST(Allowance, IsWithinTheBudgetToo) {
  const std::vector<Case> table{
      {"none is left", false, Budget{0, 100}, {{0, 0, "not a byte"}, {1000, 0, "nor later"}}},
      {"ample", false, Budget{10'000'000, 100}, {{1000, 8, "as without one"}, {5, 1, "five for five"}}},
      {"small", false, Budget{24'000, 100}, {{100, 2, "1,000 bytes may be spent at once"}}},
      {"smaller", false, Budget{11'999, 100}, {{100, 0, "less than a batch costs"}}},
      {"an hour later", false, Budget{24'000, 100}, {{100, 2, "all at once"}, {1200, 1, "958 came in"}}},
  };
  for (const Case& row : table) run(row);
}

TEST(Allowance, AFullSizeProbeIsOfTheRoundsOrOfTheBudget) {
  MonotonicTime now{1h};
  Allowance free(false, std::nullopt, now), poor(false, Budget{0, 100, 1000, 1h}, now),
      some(false, Budget{48'000, 100, 1000, 1h}, now);
  for (int probe = 0; probe < 100; ++probe) EXPECT_TRUE(free.take_full_size(now));
  EXPECT_TRUE(poor.take_full_size(now)) << "that of the rounds";
  EXPECT_FALSE(poor.take_full_size(now));
  EXPECT_TRUE(some.take_full_size(now) && some.take_full_size(now))
      << "that of the rounds, and half of 2,000 bytes that may be spent at once";
  EXPECT_FALSE(some.take_full_size(now)) << "the rest is for quick probes: two batches";
  EXPECT_TRUE(some.take(now, 5) && some.take(now, 5));
  for (int probe = 0; probe < 5; ++probe) some.earn();
  EXPECT_FALSE(some.take(now, 5));
  now += 1h;
  EXPECT_TRUE(poor.take_full_size(now));
  EXPECT_FALSE(poor.take_full_size(now));
}

TEST(Allowance, NoDayCostsMoreThanItsBudget) {
  constexpr Budget kBudget{1'000'000, 100};
  MonotonicTime now{1h};
  Allowance allowance(false, kBudget, now);
  now += 48h;  // idle: what was not spent is not saved up beyond the part that may be spent at once
  std::uint64_t bytes = 0;
  for (int probe = 0; probe < 28'800; ++probe) {
    allowance.earn();
    now += 3s;
    while (allowance.take(now, 5)) bytes += 500;
  }
  EXPECT_LE(bytes, kBudget.bytes_per_day);
  EXPECT_GE(bytes, kBudget.bytes_per_day * 9 / 10);
}

}  // namespace
}  // namespace trimtab::probe
