// What the routes of a mesh cost at one instant, held against the best that is possible at that instant.
#pragma once

#include <vector>

#include "sim/path_vector.h"
#include "sim/shortest.h"

namespace trimtab::sim {

// The first eighth of a run or a trace only warms up, and is not charged.
inline constexpr unsigned kWarmUpPart = 8;

struct Charge {
  // Of one ordered pair. Absent: no way there, or a broken link on it.
  struct Pair {
    Site from = 0, to = 0;
    std::optional<double> along, best;

    bool counts() const { return along && best; }
  };
  std::vector<Pair> pairs;     // by `to`, then `from`
  double along = 0, best = 0;  // sums over the pairs that have both
  std::size_t counted = 0;
  std::size_t broken = 0;       // pairs with a way that their route does not take
  std::size_t unreachable = 0;  // pairs without any way
};

// `costs` are the true ones; the routes were chosen by what was published.
Charge charge(const PathVector& network, const Costs& costs);

// Of along / best, over the pairs that count.
struct Stretch {
  double mean = 1, median = 1, p95 = 1, max = 1;
};
Stretch stretch_of(const Charge& charge);

}  // namespace trimtab::sim
