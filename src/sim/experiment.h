// Runs a simulation and looks at it at even intervals: what the routes cost, what would have been possible,
// how much moved.
#pragma once

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "sim/simulation.h"

namespace trimtab::sim {

struct Plan {
  Duration duration{};
  std::optional<std::pair<Site, Site>> watch;         // one pair to follow; absent: the mean over all
  std::function<void(double share_done)> progress{};  // called at every look
};

struct Look {
  Duration at{};
  std::optional<double> along,
      best;  // ms of cost; of the watched pair, or the mean over pairs that have both
};

struct Findings {
  bool settled = false;  // nothing was said for the last ten seconds, or quarter of the run
  Stretch stretch;       // at the end
  std::size_t unreachable_pairs = 0, broken_pairs = 0;  // at the end: no way there; a way, not taken
  // From here on without the first eighth, which is warm-up.
  double cost_ratio = 1;               // along the routes / the best possible, sums over all looks and pairs
  double broken_share = 0;             // of looks at pairs with a way
  double changes_per_hour_pair = 0;    // of next hops
  double published_per_hour_link = 0;  // of one direction
  std::vector<Look> looks;
};

Findings observe(Simulation& simulation, const Plan& plan);

}  // namespace trimtab::sim
