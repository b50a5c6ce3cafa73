#include "controller/level_shift.h"

#include <algorithm>
#include <cmath>

namespace trimtab::controller {
namespace {

// One bar. The share is of the lower of the two levels, so that the way back is as long as the way there.
constexpr double kBarShare = 0.10;
constexpr double kBar_ms = 5;

// Tuned on half of the labelled links (docs/traces.md). Clear, in bars: at 1 the first sample of a climb is
// not counted and the shift is told too late; at half of it noise is taken for a climb. Far: at 1.5 two
// spikes in a row are a shift, at 3 it waits for the third sample of most shifts.
constexpr double kClear = 0.7;
constexpr double kFar = 2;
// Right after a shift nobody knows how much the new level swings; a bursty one swings with the height of the
// step. So for this many samples a bar is at least this share of the last step. Without it a burst is told
// as several shifts; at half of the step the way back from a small one is no longer seen.
constexpr int kYoung = 64;
constexpr double kShareOfStep = 0.4;

// A climb takes some samples to land: those refine the new level and are not told as a second shift.
constexpr int kLanding = 4;
constexpr int kEnough = 3;
constexpr int kEnoughFar = 2;
// Samples that the level remembers: eight minutes of rounds at 15 s. Slower drifts than that are followed.
constexpr int kMemory = 32;

}  // namespace

std::optional<Milliseconds> LevelShifts::level() const {
  if (seen_ < kFirst) return std::nullopt;
  return Milliseconds{level_ms_};
}

std::optional<Shift> LevelShifts::add(Milliseconds rtt) {
  const double rtt_ms = rtt.count();
  if (seen_ < kFirst) {
    first_ms_[static_cast<std::size_t>(seen_++)] = rtt_ms;
    if (seen_ < kFirst) return std::nullopt;
    std::sort(first_ms_.begin(), first_ms_.end());
    level_ms_ = first_ms_[kFirst / 2];
    averaged_ = 1;
    return std::nullopt;
  }
  if (left_ms_ && ++since_shift_ > kYoung) left_ms_.reset();
  const double off = bars(rtt_ms);
  const bool landing = left_ms_ && since_shift_ <= kLanding && (off > 0) == went_up_;
  if (std::fabs(off) < kClear || landing) {
    run_ = {};
    follow(rtt_ms);
    return std::nullopt;
  }
  return extend_run(rtt_ms, off);
}

double LevelShifts::bars(double rtt_ms) const {
  double bar = std::max(kBar_ms, kBarShare * std::min(rtt_ms, level_ms_));
  if (left_ms_) bar = std::max(bar, kShareOfStep * std::fabs(level_ms_ - *left_ms_));
  return (rtt_ms - level_ms_) / bar;
}

std::optional<Shift> LevelShifts::extend_run(double rtt_ms, double bars_off) {
  const bool up = bars_off > 0;
  if (run_.samples == 0 || run_.up != up) run_ = {.up = up};
  ++run_.samples;
  run_.sum_ms += rtt_ms;
  if (std::fabs(bars_off) >= kFar) ++run_.far;
  const double mean_ms = run_.sum_ms / run_.samples;
  const bool enough = run_.samples >= kEnough && std::fabs(bars(mean_ms)) >= 1;
  if (!enough && run_.far < kEnoughFar) {
    // Three that prove nothing are no noise either: without following, a step just below a bar would hold the
    // level where it was for good.
    if (run_.samples >= kEnough) follow(rtt_ms);
    return std::nullopt;
  }
  const Shift shift{Milliseconds{level_ms_}, Milliseconds{mean_ms}};
  left_ms_ = level_ms_;
  level_ms_ = mean_ms;
  averaged_ = run_.samples;
  went_up_ = up;
  since_shift_ = 0;
  run_ = {};
  return shift;
}

void LevelShifts::follow(double rtt_ms) {
  averaged_ = std::min(averaged_ + 1, kMemory);
  level_ms_ += (rtt_ms - level_ms_) / averaged_;
}

}  // namespace trimtab::controller
