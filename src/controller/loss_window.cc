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

// A probe that is lost after so many answered ones is lost on another occasion: an accident loses several in
// a row. Loss lasts from the fifth of them on, at 2 % after twenty minutes. With two, an accident an hour
// would last, and hide the next one; with twice as many, a link of 2 % moves routes a third more often.
constexpr int kApart = LossWindow::kShort;
constexpr int kOccasions = 5;

// Older probes weigh as much as so many equal ones: with a round of five in 15 s those of the last hour or
// so. With half of it, what is proven of 2 % swings a sixth more often; with twice, 5 % that became 2 % is
// known as that after half an hour, and up to four.
constexpr double kRemembered = 4 * LossWindow::kLong;

// A window of 20 is news, and loss has become less or is over, where as much or as little would be lost by
// chance once in so many looks. Longer windows are as many times less often another one, and need as much
// less. At 300, a loss of 2 % that lasts moves routes half as often again; at 3000, that it is over, or has
// become 5 %, is believed a fifth later.
constexpr double kUnlikely = 1.0 / 1000;

}  // namespace

void LossWindow::Older::add(bool was_lost) {
  if (probes < kRemembered) {
    ++probes;
  } else {
    lost *= 1 - 1 / kRemembered;
  }
  if (was_lost) ++lost;
}

void LossWindow::add(bool lost) {
  if (count_ == kLong) older_.add(lost_[next_]);
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
  if (!lost) {
    ++answered_since_;
    return;
  }
  if (answered_since_ >= kApart) ++occasions_;
  answered_since_ = 0;
  share_then_ = lost_in_all() / probes_in_all();
}

bool LossWindow::hardly_any() const {
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

bool LossWindow::lasts() const {
  return count_ == kLong && occasions_ >= kOccasions && lost_in_all() > kAccident;
}

bool LossWindow::is_news(std::size_t window) const {
  const double others = probes_in_all() - kWindows[window];
  if (!lasts() || others < kLong) return true;
  const double share = (lost_in_all() - lost_in_[window]) / others;
  return poisson_at_least(lost_in_[window], share * kWindows[window]) < kUnlikely * kWindows[window] / kShort;
}

// Less is lost than before, or nothing any more. Small losses take longer to be over than the long window.
bool LossWindow::has_changed() const {
  if (poisson_at_most(0, share_then_ * answered_since_) < kUnlikely) return true;
  if (older_.probes < kLong) return false;
  return poisson_at_most(lost(kLong), older_.lost / older_.probes * kLong) < kUnlikely;
}

Ratio LossWindow::proven_by_windows() const {
  const int accident = proven_by_one_ ? kAccidentOnceProven : kAccident;
  Ratio highest;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const bool counts = kWindows[i] == kShort || count_ >= kWindows[i];
    if (!counts || lost_in_[i] <= accident || !is_news(i)) continue;
    highest = std::max(highest, wilson(lost_in_[i], probes(kWindows[i]), kDecisionQuantile).low);
  }
  return highest;
}

void LossWindow::prove() {
  if (lost_in_all() <= kAccidentOnceProven) {
    proven_ = {};
    proven_by_one_ = false;
    occasions_ = 0;
    return;
  }
  if (has_changed()) {
    older_ = {};
    occasions_ = 0;
  }
  Ratio highest = proven_by_windows();
  // The short window may have passed the loss by before a longer one is full. It holds what happened, full or
  // not, and says that it is not over; but nothing new was lost, so it proves no more than before.
  if (proven_by_one_ && highest.value == 0 && !lasts() && lost(kLong) > kAccidentOnceProven) {
    highest = std::min(proven_, wilson(lost(kLong), count_, kDecisionQuantile).low);
  }
  proven_by_one_ = highest.value > 0;
  if (lasts()) highest = std::max(highest, wilson(lost_in_all(), probes_in_all(), kDecisionQuantile).low);
  proven_ = highest;
}

}  // namespace trimtab::controller
