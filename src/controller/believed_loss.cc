#include "controller/believed_loss.h"

#include <algorithm>

namespace trimtab::controller {

void BelievedLoss::count(const Sample& sample, bool anew) {
  const auto lost = [](const ProbeResult& probe) { return probe.outcome == Outcome::lost; };
  auto probe =
      anew ? std::find_if_not(sample.probes.begin(), sample.probes.end(), lost) : sample.probes.begin();
  for (; probe != sample.probes.end(); ++probe) window_.add(lost(*probe));
}

void BelievedLoss::prove(MonotonicTime now, int probes, const OwnLoad& load) {
  window_.prove();
  const Ratio proven = window_.proven();
  if (!load.is_loaded()) {
    probes_under_load_ = 0;
    believed_ = load.was_left(now) ? std::max(proven, believed_) : proven;
    return;
  }
  probes_under_load_ = std::min(probes_under_load_ + probes, LossWindow::kLong);
  const bool over = window_.hardly_any() && probes_under_load_ == LossWindow::kLong;
  const Ratio most = over ? Ratio{0} : window_.most_possible(probes_under_load_);
  believed_ = std::max(proven, std::min(believed_, most));
}

}  // namespace trimtab::controller
