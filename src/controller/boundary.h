// The hard boundaries of loss and RTT, each with a lower way back (specification §5, §7).
#pragma once

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

enum class Crossing : std::uint8_t { none, beyond, back };

// Beyond above `loss_boundary`; back once p̂ stayed below `loss_boundary_back` for sixty probes in a row.
class LossBoundary {
 public:
  // After each round: p̂ and the number of probes in the round.
  Crossing update(Ratio proven, int probes, const mesh::Tuning& tuning) {
    clean_probes_ = proven < tuning.loss_boundary_back ? clean_probes_ + probes : 0;
    if (!beyond_ && proven > tuning.loss_boundary) return set(true);
    if (beyond_ && clean_probes_ >= kCleanProbes) return set(false);
    return Crossing::none;
  }
  bool beyond() const { return beyond_; }

 private:
  static constexpr int kCleanProbes = 60;  // a full new window of the middle length

  Crossing set(bool beyond) {
    beyond_ = beyond;
    clean_probes_ = 0;
    return beyond ? Crossing::beyond : Crossing::back;
  }

  bool beyond_ = false;
  int clean_probes_ = 0;
};

// Beyond above `rtt_boundary`, back below `rtt_boundary_back`; of the smoothed RTT.
class RttBoundary {
 public:
  Crossing update(Milliseconds rtt, const mesh::Tuning& tuning) {
    if (beyond_ ? rtt >= tuning.rtt_boundary_back : rtt <= tuning.rtt_boundary) return Crossing::none;
    beyond_ = !beyond_;
    return beyond_ ? Crossing::beyond : Crossing::back;
  }
  bool beyond() const { return beyond_; }

 private:
  bool beyond_ = false;
};

}  // namespace trimtab::controller
