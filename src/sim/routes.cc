#include "sim/routes.h"

#include <limits>

namespace trimtab::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

}  // namespace

// Without a heap: meshes are dense, and for n hosts this takes n² steps, as reading the costs does.
std::vector<std::optional<double>> cheapest_to(std::size_t goal, std::size_t hosts, const Costs& costs) {
  std::vector<double> sum(hosts, kNone);
  std::vector<bool> done(hosts, false);
  sum[goal] = 0;
  for (std::size_t round = 0; round < hosts; ++round) {
    std::size_t nearest = hosts;
    for (std::size_t host = 0; host < hosts; ++host) {
      if (!done[host] && sum[host] < kNone && (nearest == hosts || sum[host] < sum[nearest])) nearest = host;
    }
    if (nearest == hosts) break;
    done[nearest] = true;
    for (std::size_t host = 0; host < hosts; ++host) {
      const auto cost = costs[host * hosts + nearest];
      if (cost && *cost + sum[nearest] < sum[host]) sum[host] = *cost + sum[nearest];
    }
  }
  std::vector<std::optional<double>> found(hosts);
  for (std::size_t host = 0; host < hosts; ++host) {
    if (sum[host] < kNone) found[host] = sum[host];
  }
  return found;
}

std::size_t Routes::settle(const Costs& costs) {
  std::size_t changes = 0;
  for (std::size_t to = 0; to < hosts_; ++to) {
    const auto sums = cheapest_to(to, hosts_, costs);
    for (std::size_t from = 0; from < hosts_; ++from) {
      if (from == to) continue;
      auto& next = next_[from * hosts_ + to];
      const auto before = next;
      const auto through = [&](std::size_t hop) {
        const auto cost = costs[from * hosts_ + hop];
        return cost && sums[hop] ? *cost + *sums[hop] : kNone;
      };
      double best = next ? through(*next) : kNone;
      if (best == kNone) next.reset();
      for (std::size_t hop = 0; hop < hosts_; ++hop) {
        const double sum = hop == from ? kNone : through(hop);
        if (sum >= best) continue;
        best = sum;
        next = hop;
      }
      if (before && next != before) ++changes;
    }
  }
  return changes;
}

std::optional<double> Routes::sum_along(std::size_t from, std::size_t to, const Costs& costs) const {
  double sum = 0;
  for (std::size_t hops = 0; from != to; ++hops) {
    const auto hop = next(from, to);
    if (!hop || hops == hosts_) return std::nullopt;
    const auto cost = costs[from * hosts_ + *hop];
    if (!cost) return std::nullopt;
    sum += *cost;
    from = *hop;
  }
  return sum;
}

}  // namespace trimtab::sim
