#include "controller/loss_window.h"

#include <algorithm>

#include "controller/poisson.h"
#include "util/check.h"

namespace trimtab::controller {
namespace {

// So many lost probes in a window count as none: accidents happen. Once loss is proven it takes fewer to keep
// it proven, so that a link at the edge does not blink.
constexpr int kAccident = 2;
constexpr int kAccidentOnceProven = 1;

// So unlikely has a window to be by what was lost before. A link is looked at 240 times an hour, in windows
// that overlap; whether it lost less for once is asked by the long one alone, five times an hour.
constexpr double kNews = 1.0 / 2000;
constexpr double kChanged = 1.0 / 300;

}  // namespace

void LossWindow::Before::add(bool was_lost) {
  if (probes < kBefore) {
    ++probes;
  } else {
    lost *= 1 - 1.0 / kBefore;
  }
  if (was_lost) ++lost;
}

void LossWindow::add(bool lost) {
  if (count_ == kLong) before_.add(lost_[next_]);
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

bool LossWindow::is_over() const {
  return count_ == kLong && lost_in_.back() <= kAccidentOnceProven;
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

bool LossWindow::is_news(std::size_t window) const {
  const double others = before_.probes + count_ - kWindows[window];
  if (!lasts_ || others < kLong) return true;
  const double share = (lost_in_all() - lost_in_[window]) / others;
  return poisson_at_least(lost_in_[window], share * kWindows[window]) < kNews;
}

Ratio LossWindow::proven_by_windows() const {
  const int accident = has_news_ ? kAccidentOnceProven : kAccident;
  Ratio highest;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const bool counts = kWindows[i] == kShort || count_ >= kWindows[i];
    if (!counts || lost_in_[i] <= accident || !is_news(i)) continue;
    highest = std::max(highest, wilson(lost_in_[i], probes(kWindows[i]), kDecisionQuantile).low);
  }
  return highest;
}

// Better than before, or over: what it is like now is all that is known.
void LossWindow::forget_what_changed() {
  const int now = lost(kLong);
  if (before_.probes < kLong) return;
  if (poisson_at_most(now, before_.lost / before_.probes * kLong) >= kChanged) return;
  before_ = {.probes = kLong, .lost = static_cast<double>(now)};
  lasts_ = lost(kMiddle) > 0;
}

void LossWindow::prove() {
  if (lost_in_all() <= kAccidentOnceProven) {
    proven_ = {};
    has_news_ = lasts_ = false;
    return;
  }
  forget_what_changed();
  // Lost then, and again: the middle window tells that from one accident half of which has left the long one.
  if (before_.lost > kAccident && lost(kLong) > kAccident && lost(kMiddle) > 0) lasts_ = true;

  Ratio highest = proven_by_windows();
  // The short window may have passed the loss by before a longer one is full. It holds what happened, full or
  // not, and says that it is not over; but nothing new was lost, so it proves no more than before.
  if (has_news_ && highest.value == 0 && !lasts_ && lost(kLong) > kAccidentOnceProven) {
    highest = std::min(proven_, wilson(lost(kLong), count_, kDecisionQuantile).low);
  }
  has_news_ = highest.value > 0;
  if (lasts_) {
    highest = std::max(highest, wilson(lost_in_all(), before_.probes + count_, kDecisionQuantile).low);
  }
  proven_ = highest;
}

}  // namespace trimtab::controller
