// Where BGP settles on given costs of links: every site's next hop for every other, each path the cheapest by
// the sum of the costs along it (specification §6). What stands stays while nothing is cheaper, as in BIRD.
#pragma once

#include <optional>
#include <vector>

namespace trimtab::sim {

// Costs of links, hosts × hosts, a row for each sender; absent: no link.
using Costs = std::vector<std::optional<double>>;

class Routes {
 public:
  explicit Routes(std::size_t hosts) : hosts_(hosts), next_(hosts * hosts) {}

  // Settles on these costs and returns how many next hops changed; one that appears for the first time is no
  // change.
  std::size_t settle(const Costs& costs);

  std::optional<std::size_t> next(std::size_t from, std::size_t to) const {
    return next_[from * hosts_ + to];
  }

  // The sum of other costs along the path; absent without a path, or where a link on it has no cost.
  std::optional<double> sum_along(std::size_t from, std::size_t to, const Costs& costs) const;

 private:
  std::size_t hosts_;
  std::vector<std::optional<std::size_t>> next_;
};

// The cheapest sums to `goal` from everywhere: Dijkstra.
std::vector<std::optional<double>> cheapest_to(std::size_t goal, std::size_t hosts, const Costs& costs);

}  // namespace trimtab::sim
