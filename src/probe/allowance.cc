#include "probe/allowance.h"

#include <algorithm>
#include <chrono>

namespace trimtab::probe {
namespace {

// Quick probes that may be saved up. 40 are two suspicions in full; half would leave the second of two
// changes in a minute to the rounds, twice would be no use, since what differs that often is known by then.
// Where bytes cost money: two batches, enough to confirm or clear a delay, not to weigh a small loss.
constexpr int kBurst = 40;
constexpr int kMeteredBurst = 10;

// What a link has before it earned any: the two batches that confirm a delay, as the first of them is only
// suspicious itself. With one, a link that became slow in its first minute is left a round later, after
// twenty seconds; four would only tell small losses sooner. Where bytes cost money: one batch, and the round
// confirms.
constexpr int kAtFirst = 10;
constexpr int kMeteredAtFirst = 5;

// Quick probes that full-size ones leave the bytes for: the two batches that confirm a delay. A link that
// gets slow wants its traffic moved, a black hole moves none.
constexpr int kReserve = 10;

// Regular probes that earn a quick one: with one, suspicion at most doubles what measuring costs; with two it
// adds half.
constexpr int kPrice = 1;
constexpr int kMeteredPrice = 2;

// This part of a day's budget may be spent at once, the rest comes in evenly: so no day, wherever it begins,
// sees more than the budget. Half of it holds less than a suspicion where the budget is small, twice takes
// more from the rest of the day.
constexpr double kAtOnce = 1.0 / 24;

constexpr double kDaySeconds = 86'400;

}  // namespace

Allowance::Allowance(bool metered, std::optional<Budget> budget, MonotonicTime now)
    : burst_(metered ? kMeteredBurst : kBurst),
      price_(metered ? kMeteredPrice : kPrice),
      earned_(metered ? kMeteredAtFirst * kMeteredPrice : kAtFirst * kPrice),
      budget_(budget),
      counted_at_(now),
      next_full_size_(now) {
  if (budget_) bytes_ = kAtOnce * static_cast<double>(budget_->bytes_per_day);
}

void Allowance::earn() {
  earned_ = std::min(earned_ + 1, burst_ * price_);
}

bool Allowance::take(MonotonicTime now, int probes) {
  refill(now);
  if (earned_ < probes * price_ || bytes_ < cost_of(probes)) return false;
  earned_ -= probes * price_;
  bytes_ -= cost_of(probes);
  return true;
}

bool Allowance::take_full_size(MonotonicTime now) {
  if (!budget_) return true;
  if (now >= next_full_size_) {
    next_full_size_ = now + budget_->full_size_every;
    return true;
  }
  refill(now);
  const auto cost = static_cast<double>(budget_->full_size_bytes);
  if (bytes_ < cost + cost_of(kReserve)) return false;
  bytes_ -= cost;
  return true;
}

void Allowance::refill(MonotonicTime now) {
  if (!budget_) return;
  const double a_day = static_cast<double>(budget_->bytes_per_day);
  const double days = std::chrono::duration<double>(now - counted_at_).count() / kDaySeconds;
  bytes_ = std::min(kAtOnce * a_day, bytes_ + (1 - kAtOnce) * a_day * days);
  counted_at_ = now;
}

double Allowance::cost_of(int probes) const {
  return budget_ ? static_cast<double>(budget_->probe_bytes) * probes : 0;
}

}  // namespace trimtab::probe
