// The bound on changes (specification §7): a bucket of `burst` tokens, one more per `refill`. With 10 and 3
// minutes no hour sees more than 30. Counted in time, not in fractions of a token, so that it is exact.
#pragma once

#include <algorithm>
#include <cmath>

#include "util/units.h"

namespace trimtab::controller {

class TokenBucket {
 public:
  // `refill` must be above 0. Starts with `tokens` of `burst`.
  TokenBucket(MonotonicTime now, int burst, Duration refill, int tokens)
      : burst_(burst), refill_(refill), credit_(refill * std::min(tokens, burst)), counted_at_(now) {}

  double tokens(MonotonicTime now) const {
    return static_cast<double>(credit(now).count()) / static_cast<double>(refill_.count());
  }
  bool has(MonotonicTime now, int tokens) const { return credit(now) >= refill_ * tokens; }
  MonotonicTime free_at(int tokens) const {
    return counted_at_ + std::max(Duration{0}, refill_ * tokens - credit_);
  }
  // Parts of a token, at most `burst`.
  MonotonicTime free_at(double tokens) const {
    const Duration wanted{
        static_cast<Duration::rep>(std::ceil(static_cast<double>(refill_.count()) * tokens))};
    return counted_at_ + std::max(Duration{0}, std::min(wanted, refill_ * burst_) - credit_);
  }

  void take(MonotonicTime now) {
    credit_ = std::max(Duration{0}, credit(now) - refill_);
    counted_at_ = now;
  }

 private:
  Duration credit(MonotonicTime now) const {
    return std::min(refill_ * burst_, credit_ + (now - counted_at_));
  }

  int burst_;
  Duration refill_;
  Duration credit_;
  MonotonicTime counted_at_;
};

}  // namespace trimtab::controller
