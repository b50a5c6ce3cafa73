#include "controller/estimator.h"

#include <array>
#include <cmath>

namespace trimtab::controller {
namespace {

// Access links are shared by the hour of the day; half of it would ask for active tests at every tea break,
// twice would trust the morning in the evening.
constexpr Duration kStaleAfter = std::chrono::hours{1};

constexpr std::size_t kMostRtts = 64;

// In order, as they come: rounds are short.
void insert_sorted(std::array<double, kMostRtts>& values, std::size_t count, double value) {
  std::size_t at = count;
  for (; at > 0 && values[at - 1] > value; --at) values[at] = values[at - 1];
  values[at] = value;
}

double median(const std::array<double, kMostRtts>& sorted, std::size_t count) {
  const std::size_t middle = count / 2;
  return count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

}  // namespace

LastRound summarise(const Sample& sample, MonotonicTime now) {
  LastRound round{.at = now};
  std::array<double, kMostRtts> rtts;
  std::size_t count = 0;
  double previous = 0, differences = 0;
  for (const ProbeResult& probe : sample.probes) {
    round.lost_at_end = probe.outcome == Outcome::lost ? round.lost_at_end + 1 : 0;
    switch (probe.outcome) {
      case Outcome::lost:
        ++round.lost;
        break;
      case Outcome::late:
        ++round.late;
        break;
      case Outcome::answered:
        ++round.answered;
        if (count == kMostRtts) break;
        if (count > 0) differences += std::fabs(probe.rtt.count() - previous);
        previous = probe.rtt.count();
        insert_sorted(rtts, count++, previous);
        break;
    }
  }
  if (count > 1) round.jitter = Milliseconds{differences / static_cast<double>(count - 1)};
  if (count > 0) round.rtt = Milliseconds{median(rtts, count)};
  return round;
}

void RttEstimate::add(const LastRound& round, double smoothing) {
  if (round.jitter) jitter_.add(round.jitter->count(), smoothing);
  if (!round.rtt) return;
  rtt_.add(round.rtt->count(), smoothing);
  ++rounds_;
}

void BandwidthEstimate::add(MonotonicTime now, const ThroughputSample& sample, Rate assumed,
                            double smoothing) {
  const bool higher = sample.rate > rate_.value_or(assumed);
  if (!higher && !sample.saturated) return;  // an idle link says nothing about what it could carry
  evidence_at_ = now;
  doubted_ = false;
  if (higher || !rate_) {
    rate_ = sample.rate;
    return;
  }
  const double smoothed = smoothing * static_cast<double>(sample.rate.bits_per_second) +
                          (1 - smoothing) * static_cast<double>(rate_->bits_per_second);
  rate_ = Rate{static_cast<std::uint64_t>(std::llround(smoothed))};
}

void BandwidthEstimate::expire(MonotonicTime now, Rate assumed) {
  if (rate_ && *rate_ < assumed && now - evidence_at_ > kStaleAfter) rate_.reset();
}

bool BandwidthEstimate::stale(MonotonicTime now) const {
  return rate_.has_value() && (doubted_ || now - evidence_at_ > kStaleAfter);
}

}  // namespace trimtab::controller
