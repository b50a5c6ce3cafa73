// What `steadiness` makes of a link's noise: how far its present counts, how much cheaper another path must
// be, and from what difference on a cost is told anew (docs/steering.md has the figures behind them).
#pragma once

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

// How far what a link is like now tells what it will be like. `departure`: of the present from the mean, as a
// share of that, 0 or more. 0 … 1.
Ratio weight_of_present(Ratio noise, double departure, const mesh::Tuning& tuning);

// How much cheaper another path must be before traffic leaves one that begins with this link, as a share of
// the present path: 3.45·steadiness·√n·n̄^¾, of the link's own noise and the mean of all links here. The one
// alone would cling to noisy links, the other would treat a wild link among calm ones like them. 0 … 0.4.
Ratio margin(Ratio noise, Ratio noise_here, const mesh::Tuning& tuning);

// The least change of a link's cost that is published, as a share of what its RTT is published for. 0 … 0.25.
Ratio least_step(Ratio noise, const mesh::Tuning& tuning);

}  // namespace trimtab::controller
