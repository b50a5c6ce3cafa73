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
  std::array<double, kMostRtts> rtts, differences;
  std::size_t count = 0;
  double previous = 0, sum = 0;
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
        if (count > 0) {
          const double difference = std::fabs(probe.rtt.count() - previous);
          sum += difference;
          insert_sorted(differences, count - 1, difference);
        }
        previous = probe.rtt.count();
        insert_sorted(rtts, count++, previous);
        break;
    }
  }
  if (count > 1) {
    round.jitter = Milliseconds{sum / static_cast<double>(count - 1)};
    round.usual_difference = Milliseconds{differences[(count - 2) / 2]};
  }
  if (count > 0) round.rtt = Milliseconds{median(rtts, count)};
  return round;
}

void RttEstimate::add(const LastRound& round, double smoothing) {
  if (round.jitter) jitter_.add(round.jitter->count(), smoothing);
  if (!round.rtt) return;
  rtt_.add(round.rtt->count(), smoothing);
  ++rounds_;
}

void BandwidthEstimate::add(MonotonicTime now, const Evidence& evidence, Rate assumed, double smoothing) {
  const bool higher = evidence.rate > rate_.value_or(assumed);
  if (!higher && !evidence.saturated) return;  // an idle link says nothing about what it could carry
  evidence_at_ = now;
  doubted_ = false;
  if (higher || !rate_) {
    rate_ = evidence.rate;
    return;
  }
  const double smoothed = smoothing * static_cast<double>(evidence.rate.bits_per_second) +
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
