// What an estimate is worth (specification §6): the additive cost C of policy `path`, the score S and its
// LOCAL_PREF of policy `score`, each with its terms, so that every number can be taken apart.
#pragma once

#include <cstdint>

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

// Under `path` a cost in units of 0.1 ms, 1 … kLastResort; under `score` a LOCAL_PREF, 100 … 200, or 0.
using Value = std::uint32_t;

// "Only if nothing else is left". 1,000 s: no sum of measured links comes near it, and a hundred of them
// still fit below the 10⁹ that BIRD's filters accept.
inline constexpr Value kLastResort = 10'000'000;
inline constexpr Value kLastResortPreference = 0;
inline constexpr Value kLowestPreference = 100;
inline constexpr Value kHighestPreference = 200;
inline constexpr double kValuesPerMillisecond = 10.0;

// Full marks for bandwidth under `score`, and what an unmeasured, undeclared link is assumed to carry.
inline constexpr Rate kReferenceBandwidth{200'000'000};

constexpr Value last_resort(mesh::Policy policy) {
  return policy == mesh::Policy::path ? kLastResort : kLastResortPreference;
}

// The figures that a link is judged by. Loss is p̂, the proven one.
struct Figures {
  Milliseconds rtt{0};
  Milliseconds jitter{0};
  Rate bandwidth;
  Ratio loss;
  Milliseconds bias{0};
};

// C = β·r̂ + γ / max(b̂, ε) + δ·p̂ + bias, term by term, in ms.
struct Cost {
  Milliseconds rtt{0};
  Milliseconds bandwidth{0};
  Milliseconds loss{0};
  Milliseconds bias{0};

  Milliseconds total() const { return rtt + bandwidth + loss + bias; }
  Value value() const;  // total in units of 0.1 ms, halves upwards, 1 … kLastResort
};
Cost cost_of(const Figures& figures, const mesh::Tuning& tuning);

// S = 45·min(1, b̂/200 Mbit/s) − 35·r̂/50 ms − 10·q̂/20 ms − 300·p̂, term by term, each with its sign.
struct Score {
  double bandwidth = 0;
  double rtt = 0;
  double jitter = 0;
  double loss = 0;

  double total() const { return bandwidth + rtt + jitter + loss; }
  Value preference() const;  // LP = 100 + floor(2·clamp(S, 0, 50) + 10⁻⁹)
};
Score score_of(const Figures& figures);

// The one of the two that the policy asks for.
Value value_of(const Figures& figures, mesh::Policy policy, const mesh::Tuning& tuning);

}  // namespace trimtab::controller
