// When the probes of one link go out. Rounds follow each other without drift, staggered by the neighbour's
// id; a round's probes are spread over it, jittered, on the grid that all links share, so that what falls on
// one tick can leave in one system call.
#pragma once

#include <cstddef>
#include <vector>

#include "probe/round.h"
#include "util/rng.h"

namespace trimtab::probe {

// Twenty wake-ups a second at most, however many links there are. Half of it would double them; twice as
// much would leave a quick round (1 s, 5 probes) only two ticks for each probe.
constexpr Duration kGrid = std::chrono::milliseconds{50};

// The first tick of the grid that is not before `time`.
MonotonicTime on_grid(MonotonicTime time);

struct Cadence {
  Duration interval = std::chrono::seconds{15};  // of a round; less than probes × kGrid counts as that
  int probes = 5;                                // in a round, at least 1
  bool operator==(const Cadence&) const = default;
};

struct PlannedRound {
  MonotonicTime started;
  std::vector<MonotonicTime> times;  // on the grid, rising, no two equal; as many as Cadence::probes
};

class Schedule {
 public:
  // The first round starts within one interval after `now`.
  Schedule(const Cadence& cadence, SiteId link, std::uint64_t seed, MonotonicTime now);

  MonotonicTime next_start() const { return next_start_; }
  // The round that starts at next_start(), after which the next one is next.
  PlannedRound take();
  // Rounds that have wholly passed by `now` are left out: who slept for an hour does not owe 240 rounds.
  void skip_to(MonotonicTime now);

 private:
  Cadence cadence_;
  Rng rng_;
  MonotonicTime next_start_;
};

}  // namespace trimtab::probe
