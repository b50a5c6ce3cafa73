// The shipped estimate of a link's RTT (docs/steering.md has the figures behind it). What is predicted for the
// next minutes is part what the link is like now and part what it is like in the long run:
//
//   r̂ = w·x + (1 − w)·m        w = 1 / (1 + 0.6·steadiness)
//
// x is the latest round's median, m the mean over `memory` rounds. Beside them it learns the link's noise: by
// how much of the mean a round differs from the one before, on average over half as many rounds.
//
// A round far above what is usual is *suspicious* and is not believed before a second one, usually of quick
// probes a second later, says the same. O(1) per round, a few numbers of state.
#pragma once

#include <optional>

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

class SteadyEstimate {
 public:
  // A regular round with its jitter.
  void add(Milliseconds rtt, std::optional<Milliseconds> jitter, const mesh::Tuning& tuning);
  // Quick probes' median: confirms or clears the last suspicion, or is one itself.
  void confirm(Milliseconds rtt);

  // r̂; absent before the first round.
  std::optional<Milliseconds> rtt(const mesh::Tuning& tuning) const;
  std::optional<Milliseconds> mean() const;
  // 0 … 1, of the mean; 0 before the second round.
  Ratio noise() const { return Ratio{noise_}; }

  // The latest round is not believed yet.
  bool suspects() const { return suspected_.has_value(); }
  // An answer slower than this is suspicious. Absent before the first round.
  std::optional<Milliseconds> suspicious_above() const;

 private:
  double limit_ms() const;

  int rounds_ = 0;
  double mean_ms_ = 0, present_ms_ = 0, last_ms_ = 0, jitter_ms_ = 0;
  double noise_ = 0;
  std::optional<double> suspected_;  // ms: the round that waits to be believed
};

// How much cheaper another path must be before traffic leaves one that begins with this link, as a share of
// the present path: steadiness times the geometric mean of the link's own noise and of that of all links here.
// The one alone would cling to noisy links, the other would treat a wild link among calm ones like them.
Ratio margin(Ratio noise, Ratio noise_here, const mesh::Tuning& tuning);

// The least change of a link's cost that is published, as a share of what is published.
Ratio least_step(Ratio noise, const mesh::Tuning& tuning);

}  // namespace trimtab::controller
