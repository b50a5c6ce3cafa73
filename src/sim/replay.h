// Runs the daemon's controller over a recorded mesh, one for each host, and says what following it would have
// cost: routes decided from the frames up to t − 1 are charged with the RTTs of frame t. The first eighth of
// the frames is warm-up and counts for nothing.
#pragma once

#include "controller/controller.h"
#include "sim/trace.h"

namespace trimtab::sim {

struct Replayed {
  std::size_t hosts = 0, links = 0, frames = 0, counted_frames = 0;
  double hours = 0;                  // of the counted frames
  double cost_ratio = 0;             // RTT along the routes / along the shortest path of the same frame; sums
  double direct_ratio = 0;           // the same for the direct links alone, never changed
  double changes_per_hour_pair = 0;  // of next hops
  double published_per_hour_link = 0;
  std::size_t skipped = 0;  // (frame, pair)s without a value on the route, or without any path
};

Replayed replay(const Trace& trace, const controller::Settings& settings);

}  // namespace trimtab::sim
