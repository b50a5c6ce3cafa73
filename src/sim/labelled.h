// Recorded links on which a person marked the changes of level, and how well a detector of shifts agrees with
// that hand. docs/traces.md has the format and what is counted; reading and unpacking the file is the
// caller's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace trimtab::sim {

inline constexpr std::string_view kLabelledHeader = "time_s,trace,rtt_ms,loss,change";

struct LabelledLink {
  struct Sample {
    std::optional<Milliseconds> rtt;  // absent: lost
    bool marked = false;              // as the first of another level
  };

  std::string name;
  std::vector<Sample> samples;  // in the order of the file
  Duration length{};            // from the first to the last
};

// Links in the order of the file, whose first line is kLabelledHeader. The error names the line.
Result<std::vector<LabelledLink>> parse_labelled(std::string_view text);

struct Agreement {
  std::size_t shifts = 0;        // marked, between segments whose medians differ by 10 % and 5 ms or more
  std::size_t found = 0;         // of them: told at the marked sample or one of the three after it
  std::size_t false_alarms = 0;  // told elsewhere
  std::size_t at_small = 0;      // told at a marked change that is no shift: neither found nor false
  double days = 0;

  double precision() const;  // 0 where nothing was told
  double recall() const;
  double f1() const;
  double strict_f1() const;  // at_small counted as false alarms
  double false_alarms_per_day() const;
  Agreement& operator+=(const Agreement& other);
};

// Says of each answered sample whether a shift is told there.
using Detector = std::function<bool(Milliseconds)>;

Agreement judge(const LabelledLink& link, const Detector& detector);

// The daemon's detector, and what it has to beat: a shift is told at the second of two samples in a row that
// lie 10 % and 5 ms or more from the level to the same side.
Detector level_shift_detector();
Detector two_in_a_row_detector();

}  // namespace trimtab::sim
