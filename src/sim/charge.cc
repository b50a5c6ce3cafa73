#include "sim/charge.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace trimtab::sim {
namespace {

// Dijkstra adds up from the far end: what differs by so little is no stretch.
constexpr double kRounding = 1e-9;

// Hop by hop, as packets go: while routes are on their way it may be a circle.
std::optional<double> sum_along(const PathVector& network, Site from, Site to, const Costs& costs) {
  double sum = 0;
  for (std::size_t hops = 0; from != to; ++hops) {
    const auto next = network.chosen(from, to);
    if (!next || hops == network.sites()) return std::nullopt;
    const auto cost = costs[from * network.sites() + *next];
    if (!cost) return std::nullopt;
    sum += *cost;
    from = *next;
  }
  return sum;
}

// The smallest value that so many of the sorted ones do not exceed.
double quantile(const std::vector<double>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

Charge charge(const PathVector& network, const Costs& costs) {
  const auto sites = static_cast<Site>(network.sites());
  Charge all;
  std::vector<bool> transit;
  for (Site site = 0; site < sites; ++site) transit.push_back(network.transit(site));
  all.pairs.reserve(static_cast<std::size_t>(sites) * sites);
  for (Site to = 0; to < sites; ++to) {
    const auto best = cheapest_to(to, transit, costs);
    for (Site from = 0; from < sites; ++from) {
      if (from == to) continue;
      const Charge::Pair pair{from, to, sum_along(network, from, to, costs), best[from]};
      all.pairs.push_back(pair);
      if (!pair.best) {
        ++all.unreachable;
      } else if (!pair.along) {
        ++all.broken;
      } else {
        ++all.counted;
        all.along += *pair.along;
        all.best += *pair.best;
      }
    }
  }
  return all;
}

Stretch stretch_of(const Charge& charge) {
  std::vector<double> ratios;
  for (const Charge::Pair& pair : charge.pairs) {
    if (!pair.counts()) continue;
    const double ratio = *pair.along / *pair.best;
    ratios.push_back(ratio < 1 + kRounding ? 1 : ratio);
  }
  if (ratios.empty()) return {};
  std::sort(ratios.begin(), ratios.end());
  return {.mean = std::accumulate(ratios.begin(), ratios.end(), 0.0) / static_cast<double>(ratios.size()),
          .median = quantile(ratios, 0.5),
          .p95 = quantile(ratios, 0.95),
          .max = ratios.back()};
}

}  // namespace trimtab::sim
