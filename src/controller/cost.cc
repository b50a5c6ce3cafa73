#include "controller/cost.h"

#include <algorithm>
#include <cmath>

namespace trimtab::controller {
namespace {

// Keeps a sum that is exactly on a step there, although its terms are binary fractions (specification §6).
constexpr double kNudge = 1e-9;

}  // namespace

Value Cost::value() const {
  const double steps = std::floor(total().count() * kValuesPerMillisecond + 0.5 + kNudge);
  return static_cast<Value>(std::clamp(steps, 1.0, static_cast<double>(kLastResort)));
}

Cost cost_of(const Figures& figures, const mesh::Tuning& tuning) {
  const double megabits = std::max(figures.bandwidth.megabits(), tuning.cost_bandwidth_floor.megabits());
  return {.rtt = tuning.cost_per_rtt_ms * figures.rtt,
          .bandwidth = Milliseconds{tuning.cost_per_inverse_bandwidth / megabits},
          .loss = Milliseconds{tuning.cost_per_loss * figures.loss.value},
          .bias = figures.bias};
}

Value Score::preference() const {
  const double doubled = std::floor(2 * std::clamp(total(), 0.0, 50.0) + kNudge);
  return kLowestPreference + static_cast<Value>(std::min(doubled, 100.0));
}

Score score_of(const Figures& figures) {
  const double share = figures.bandwidth.megabits() / kReferenceBandwidth.megabits();
  return {.bandwidth = 45 * std::min(1.0, share),
          .rtt = -35 * figures.rtt.count() / 50,
          .jitter = -10 * figures.jitter.count() / 20,
          .loss = -300 * figures.loss.value};
}

Value value_of(const Figures& figures, mesh::Policy policy, const mesh::Tuning& tuning) {
  return policy == mesh::Policy::path ? cost_of(figures, tuning).value() : score_of(figures).preference();
}

}  // namespace trimtab::controller
