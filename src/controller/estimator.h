// From samples to smoothed figures: r̂ and q̂ by EWMA, b̂ by evidence (specification §5, §6). Loss has its own
// file.
#pragma once

#include <optional>

#include "controller/decision.h"
#include "controller/sample.h"

namespace trimtab::controller {

// x̂(t) = α·x(t) + (1−α)·x̂(t−1), the first sample taken whole.
class Ewma {
 public:
  void add(double sample, double smoothing) {
    value_ = value_ ? smoothing * sample + (1 - smoothing) * *value_ : sample;
  }
  const std::optional<double>& value() const { return value_; }

 private:
  std::optional<double> value_;
};

// A round in figures. RTTs beyond the first 64 are left out of median and jitter; a mesh file allows 20.
LastRound summarise(const Sample& sample, MonotonicTime now);

class RttEstimate {
 public:
  void add(const LastRound& round, double smoothing);
  std::optional<Milliseconds> rtt() const { return in_milliseconds(rtt_); }
  std::optional<Milliseconds> jitter() const { return in_milliseconds(jitter_); }
  int rounds() const { return rounds_; }  // with an RTT, since the estimate began

 private:
  static std::optional<Milliseconds> in_milliseconds(const Ewma& ewma) {
    return ewma.value() ? std::optional(Milliseconds{*ewma.value()}) : std::nullopt;
  }
  Ewma rtt_, jitter_;
  int rounds_ = 0;
};

// Unknown counts as `assumed` (declared, else the reference). A higher rate is proof and taken whole at any
// time; a lower one counts only where the link was saturated, the first whole, later ones smoothed.
class BandwidthEstimate {
 public:
  struct Evidence {
    Rate rate;               // of bytes known to have arrived
    bool saturated = false;  // the rate proves the capacity
  };
  void add(MonotonicTime now, const Evidence& evidence, Rate assumed, double smoothing);
  // What pushed the traffic away takes its own evidence along: an old rate below `assumed` is unknown again.
  void expire(MonotonicTime now, Rate assumed);
  void doubt() { doubted_ = true; }  // the path may have become another: stale until new evidence
  std::optional<Rate> rate() const { return rate_; }
  bool stale(MonotonicTime now) const;

 private:
  std::optional<Rate> rate_;
  MonotonicTime evidence_at_{};
  bool doubted_ = false;
};

}  // namespace trimtab::controller
