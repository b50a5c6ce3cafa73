#include "controller/patience.h"

#include <algorithm>
#include <chrono>

namespace trimtab::controller {
namespace {

using Seconds = std::chrono::duration<double>;

// So much of the whole path's cost is paid for staying. A sixth of it, and homes' routes change a hundredth
// more often for as much less cost; three times as much, and a way that costs a third too much is kept for
// an hour and a half.
constexpr double kMostRegret_s = 180;

// Slower than this nobody waits for: 180 s of it are years.
constexpr double kLeastRate = 1e-6;

}  // namespace

bool Patience::see(Duration passed, const Way& way, Ratio kept) {
  const bool was_over = over(way.neighbour);
  if (neighbour_ != way.neighbour || (is_over() && way.cheapest >= way.cost)) regret_s_ = 0;
  neighbour_ = way.neighbour;
  rate_ = way.cheaper().value - kept.value;
  if (!is_over()) regret_s_ = std::max(0.0, regret_s_ + rate_ * Seconds(passed).count());
  return is_over() != was_over;
}

bool Patience::is_over() const {
  return regret_s_ >= kMostRegret_s;
}

std::optional<Duration> Patience::left() const {
  if (rate_ < kLeastRate || is_over()) return std::nullopt;
  return std::chrono::duration_cast<Duration>(Seconds((kMostRegret_s - regret_s_) / rate_));
}

}  // namespace trimtab::controller
