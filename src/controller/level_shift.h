// Tells when the RTT of a link has moved to another level, from noise and from lone spikes. It owns the level
// and nothing else: what follows from a shift is the caller's. A sample costs the same few operations however
// long the link has been watched.
//
// The step that counts is 10 % and 5 ms, as for a hand that marks shifts in a plot: that much is one bar. A
// shift is declared at the third sample in a row that lies clearly on one side of the level, where the three
// average a bar or more; or at the second of two that lie far off. docs/traces.md says how well that agrees
// with people.
#pragma once

#include <array>
#include <optional>

#include "util/units.h"

namespace trimtab::controller {

struct Shift {
  Milliseconds from{};  // the level that was left
  Milliseconds to{};    // the mean of the samples that proved the shift; the level is refined from there
};

class LevelShifts {
 public:
  // One answered probe, or the median of one round; lost ones are not given and prove nothing. Above 0.
  std::optional<Shift> add(Milliseconds rtt);

  // Absent until three samples were seen: their median is the first level, so that a link may begin with a
  // spike.
  std::optional<Milliseconds> level() const;

 private:
  // Samples in a row, all clearly above the level or all clearly below it.
  struct Run {
    bool up = false;
    int samples = 0;
    int far = 0;  // of them, those that lie far off
    double sum_ms = 0;
  };

  static constexpr int kFirst = 3;

  double bars(double rtt_ms) const;  // from the level, signed
  std::optional<Shift> extend_run(double rtt_ms, double bars_off);
  void follow(double rtt_ms);

  std::array<double, kFirst> first_ms_{};
  int seen_ = 0;  // up to kFirst
  double level_ms_ = 0;
  int averaged_ = 0;               // samples in the level, up to its memory
  std::optional<double> left_ms_;  // the level before the last shift
  bool went_up_ = false;           // at the last shift
  int since_shift_ = 0;            // samples; counted while a shift is young
  Run run_;
};

}  // namespace trimtab::controller
