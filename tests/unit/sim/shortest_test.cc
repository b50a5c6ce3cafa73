// Dijkstra, held against every path there is.
#include "sim/shortest.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <functional>

namespace trimtab::sim {
namespace {

// The cheapest of all simple paths, by trying each.
std::optional<double> by_trying(std::size_t from, std::size_t to, const std::vector<bool>& transit,
                                const Costs& costs) {
  const std::size_t hosts = transit.size();
  std::optional<double> best;
  std::vector<bool> visited(hosts, false);
  const std::function<void(std::size_t, double)> walk = [&](std::size_t at, double sum) {
    if (at == to) {
      if (!best || sum < *best) best = sum;
      return;
    }
    if (at != from && !transit[at]) return;
    visited[at] = true;
    for (std::size_t next = 0; next < hosts; ++next) {
      if (!visited[next] && costs[at * hosts + next]) walk(next, sum + *costs[at * hosts + next]);
    }
    visited[at] = false;
  };
  walk(from, 0);
  return best;
}

RC_GTEST_PROP(Shortest, IsTheCheapestOfAllPaths, ()) {
  const auto hosts = *rc::gen::inRange<std::size_t>(2, 6);
  Costs costs(hosts * hosts);
  for (std::size_t from = 0; from < hosts; ++from) {
    for (std::size_t to = 0; to < hosts; ++to) {
      if (from != to && *rc::gen::inRange(0, 4) > 0) costs[from * hosts + to] = *rc::gen::inRange(1, 50);
    }
  }
  std::vector<bool> transit;
  for (std::size_t host = 0; host < hosts; ++host) transit.push_back(*rc::gen::inRange(0, 4) > 0);
  for (std::size_t to = 0; to < hosts; ++to) {
    const auto found = cheapest_to(to, transit, costs);
    for (std::size_t from = 0; from < hosts; ++from) {
      if (from != to) RC_ASSERT(found[from] == by_trying(from, to, transit, costs));
    }
  }
}

}  // namespace
}  // namespace trimtab::sim
