// The best that is possible on given costs of links: what every route is held against.
#pragma once

#include <optional>
#include <vector>

namespace trimtab::sim {

// Costs of links, hosts × hosts, a row for each sender; absent: no link.
using Costs = std::vector<std::optional<double>>;

// The cheapest sums to `goal` from everywhere: Dijkstra. Of `transit` one for each host: whether it passes on
// what is not for itself.
std::vector<std::optional<double>> cheapest_to(std::size_t goal, const std::vector<bool>& transit,
                                               const Costs& costs);

}  // namespace trimtab::sim
