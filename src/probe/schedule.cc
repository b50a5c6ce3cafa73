#include "probe/schedule.h"

#include <algorithm>
#include <cmath>

namespace trimtab::probe {
namespace {

// Successive multiples of the golden ratio's fraction fill a circle evenly however many there are, so ids
// that follow each other lie far apart in the interval.
constexpr double kGoldenFraction = 0.6180339887498949;

Cadence usable(Cadence cadence) {
  cadence.probes = std::max(cadence.probes, 1);
  cadence.interval = std::max(cadence.interval, cadence.probes * kGrid);
  return cadence;
}

}  // namespace

MonotonicTime on_grid(MonotonicTime time) {
  const Duration past = time.time_since_epoch() % kGrid;
  return past == Duration::zero() ? time : time + (kGrid - past);
}

Schedule::Schedule(const Cadence& cadence, SiteId link, std::uint64_t seed, MonotonicTime now)
    : cadence_(usable(cadence)), rng_(seed ^ link) {
  const double fraction = std::fmod(static_cast<double>(link) * kGoldenFraction, 1.0);
  next_start_ = now + std::chrono::duration_cast<Duration>(fraction * cadence_.interval);
}

// The round's ticks are shared out among its probes; each takes one of the first half of its share, so that
// two probes are never closer than half a share.
PlannedRound Schedule::take() {
  PlannedRound round{.started = next_start_};
  const MonotonicTime first = on_grid(next_start_);
  const auto probes = static_cast<std::uint64_t>(cadence_.probes);
  const auto ticks = static_cast<std::uint64_t>(cadence_.interval / kGrid);
  for (std::uint64_t probe = 0; probe < probes; ++probe) {
    const std::uint64_t begin = probe * ticks / probes;
    const std::uint64_t end = (probe + 1) * ticks / probes;
    const std::uint64_t tick = begin + rng_.below((end - begin + 1) / 2);
    round.times.push_back(first + static_cast<Duration::rep>(tick) * kGrid);
  }
  next_start_ += cadence_.interval;
  return round;
}

void Schedule::skip_to(MonotonicTime now) {
  if (now - next_start_ < cadence_.interval) return;
  next_start_ += (now - next_start_) / cadence_.interval * cadence_.interval;
}

}  // namespace trimtab::probe
