// Where path vector settles, held against every path there is.
#include "sim/routes.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <functional>

namespace trimtab::sim {
namespace {

// The cheapest of all simple paths, by trying each.
std::optional<double> by_trying(std::size_t from, std::size_t to, std::size_t hosts, const Costs& costs) {
  std::optional<double> best;
  std::vector<bool> visited(hosts, false);
  const std::function<void(std::size_t, double)> walk = [&](std::size_t at, double sum) {
    if (at == to) {
      if (!best || sum < *best) best = sum;
      return;
    }
    visited[at] = true;
    for (std::size_t next = 0; next < hosts; ++next) {
      if (!visited[next] && costs[at * hosts + next]) walk(next, sum + *costs[at * hosts + next]);
    }
    visited[at] = false;
  };
  walk(from, 0);
  return best;
}

RC_GTEST_PROP(Routes, AreTheCheapestOfAllPaths, ()) {
  const auto hosts = *rc::gen::inRange<std::size_t>(2, 6);
  Costs costs(hosts * hosts);
  for (std::size_t from = 0; from < hosts; ++from) {
    for (std::size_t to = 0; to < hosts; ++to) {
      if (from != to && *rc::gen::inRange(0, 4) > 0) costs[from * hosts + to] = *rc::gen::inRange(1, 50);
    }
  }
  Routes routes(hosts);
  RC_ASSERT(routes.settle(costs) == 0U);  // nothing was there before
  RC_ASSERT(routes.settle(costs) == 0U);
  for (std::size_t from = 0; from < hosts; ++from) {
    for (std::size_t to = 0; to < hosts; ++to) {
      if (from != to) RC_ASSERT(routes.sum_along(from, to, costs) == by_trying(from, to, hosts, costs));
    }
  }
}

// a - b - d and a - c - d.
Costs diamond(double ab, double bd, double ac, double cd) {
  Costs costs(16);
  const auto link = [&](std::size_t one, std::size_t other, double cost) {
    costs[one * 4 + other] = costs[other * 4 + one] = cost;
  };
  link(0, 1, ab);
  link(1, 3, bd);
  link(0, 2, ac);
  link(2, 3, cd);
  return costs;
}

TEST(Routes, WhatStandsStaysWhileNothingIsCheaper) {
  Routes routes(4);
  routes.settle(diamond(10, 10, 11, 11));
  EXPECT_EQ(routes.next(0, 3), 1U);
  EXPECT_EQ(routes.settle(diamond(11, 11, 11, 11)), 0U) << "a tie goes to the incumbent";
  EXPECT_EQ(routes.next(0, 3), 1U);
  EXPECT_EQ(routes.settle(diamond(12, 11, 11, 11)), 4U) << "a with d, and b with c: both ways";
  EXPECT_EQ(routes.next(0, 3), 2U);
  EXPECT_EQ(routes.settle(diamond(11, 11, 11, 11)), 0U);
  EXPECT_EQ(routes.next(0, 3), 2U);
}

TEST(Routes, AreChargedWithOtherCostsThanTheyWereChosenBy) {
  Routes routes(4);
  routes.settle(diamond(10, 10, 11, 11));
  EXPECT_EQ(routes.sum_along(0, 3, diamond(100, 7, 1, 1)), 107);
  Costs broken = diamond(10, 10, 11, 11);
  broken[1 * 4 + 3].reset();
  EXPECT_EQ(routes.sum_along(0, 3, broken), std::nullopt);
}

}  // namespace
}  // namespace trimtab::sim
