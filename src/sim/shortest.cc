#include "sim/shortest.h"

#include <limits>

namespace trimtab::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::infinity();

}  // namespace

// Without a heap: meshes are dense, and for n hosts this takes n² steps, as reading the costs does.
std::vector<std::optional<double>> cheapest_to(std::size_t goal, const std::vector<bool>& transit,
                                               const Costs& costs) {
  const std::size_t hosts = transit.size();
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
    if (nearest != goal && !transit[nearest]) continue;
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

}  // namespace trimtab::sim
