#include "controller/loss_window.h"

#include <algorithm>

#include "util/check.h"

namespace trimtab::controller {
namespace {

// So many lost probes in a window count as none: accidents happen. Once loss is proven it takes fewer to keep
// it proven, so that a link at the edge does not blink.
constexpr int kAccident = 2;
constexpr int kAccidentOnceProven = 1;

}  // namespace

void LossWindow::add(bool lost) {
  if (lost || lost_in_.back() > 0) {  // else nothing leaves and nothing comes
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
      // The probe that leaves this window lies as many places back as the window is long.
      const auto length = static_cast<std::size_t>(kWindows[i]);
      const std::size_t oldest = next_ >= length ? next_ - length : next_ + kLong - length;
      const bool leaving = count_ >= kWindows[i] && lost_[oldest];
      lost_in_[i] += (lost ? 1 : 0) - (leaving ? 1 : 0);
    }
    lost_[next_] = lost;
  }
  next_ = next_ + 1 == kLong ? 0 : next_ + 1;
  count_ = std::min(count_ + 1, kLong);
}

int LossWindow::lost(int window) const {
  const auto found = std::find(kWindows.begin(), kWindows.end(), window);
  TRIMTAB_CHECK(found != kWindows.end());
  return lost_in_[static_cast<std::size_t>(found - kWindows.begin())];
}

Ratio LossWindow::most_possible(int probes) const {
  Ratio most{1};
  for (const int window : {kMiddle, kLong}) {
    if (std::min(probes, count_) >= window)
      most = std::min(most, wilson(lost(window), window, kDecisionQuantile).high);
  }
  return most;
}

void LossWindow::prove() {
  if (lost_in_.back() == 0) {
    proven_ = {};
    return;
  }
  const bool was_proven = proven_.value > 0;
  const int accident = was_proven ? kAccidentOnceProven : kAccident;
  Ratio highest;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const bool counts = kWindows[i] == kShort || count_ >= kWindows[i];
    if (!counts || lost_in_[i] <= accident) continue;
    highest = std::max(highest, wilson(lost_in_[i], probes(kWindows[i]), kDecisionQuantile).low);
  }
  // The short window may have passed the loss by before a longer one is full. It holds what happened, full or
  // not, and says that it is not over; but nothing new was lost, so it proves no more than before.
  if (was_proven && highest.value == 0 && lost_in_.back() > kAccidentOnceProven) {
    highest = std::min(proven_, wilson(lost_in_.back(), count_, kDecisionQuantile).low);
  }
  proven_ = highest;
}

}  // namespace trimtab::controller
