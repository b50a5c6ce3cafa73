// The best that is possible on given costs of links: what every route is held against.
#pragma once

#include <optional>
#include <vector>

namespace trimtab::sim {

// Costs of links, hosts × hosts, a row for each sender; absent: no link.
using Costs = std::vector<std::optional<double>>;

// The cheapest sums to `goal` from everywhere: Dijkstra.
std::vector<std::optional<double>> cheapest_to(std::size_t goal, std::size_t hosts, const Costs& costs);

}  // namespace trimtab::sim
