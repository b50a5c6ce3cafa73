// A margin ends where another way has been cheaper for long.
#include "controller/patience.h"

#include <gtest/gtest.h>

namespace trimtab::controller {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Ratio kKept{0.1};

TEST(Patience, EndsOnceStayingHasCostThreeMinutesOfThePath) {
  Patience patience;
  const Patience::Way way{.neighbour = 2, .cost = 200, .cheapest = 140};
  EXPECT_FALSE(patience.left());
  patience.see({}, way, kKept);
  EXPECT_NEAR(std::chrono::duration<double>(*patience.left()).count(), 900, 1e-3);
  for (int i = 0; i < 59; ++i) patience.see(seconds{15}, way, kKept);
  EXPECT_FALSE(patience.over(2));
  for (int i = 0; i < 2; ++i) patience.see(seconds{15}, way, kKept);
  EXPECT_TRUE(patience.over(2));
  EXPECT_FALSE(patience.left());
  patience.see(minutes{1}, {.neighbour = 2, .cost = 200, .cheapest = 190}, kKept);
  EXPECT_TRUE(patience.over(2)) << "until the route has moved";
  EXPECT_FALSE(patience.over(3)) << "what is left out is the margin of that way alone";
  patience.see(minutes{1}, {.neighbour = 3, .cost = 190, .cheapest = 190}, kKept);
  EXPECT_FALSE(patience.over(2));
}

TEST(Patience, WhatComesAndGoesIsPaidBack) {
  Patience patience;
  for (int i = 0; i < 10'000; ++i) {
    patience.see(minutes{1}, {.neighbour = 2, .cost = 200, .cheapest = i % 3 == 0 ? 150U : 220U}, kKept);
    ASSERT_FALSE(patience.over(2));
  }
}

TEST(Patience, ACostOfNothingIsNotUndercut) {
  Patience patience;
  for (int i = 0; i < 100; ++i) patience.see(minutes{1}, {.neighbour = 2}, {});
  EXPECT_FALSE(patience.over(2));
  EXPECT_FALSE(patience.left());
}

}  // namespace
}  // namespace trimtab::controller
