#include "sim/labelled.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "controller/level_shift.h"
#include "sim/csv.h"

namespace trimtab::sim {
namespace {

constexpr double kShiftShare = 0.10;
constexpr double kShift_ms = 5;
constexpr int kMemory = 32;  // samples that the level of two_in_a_row_detector remembers, as the daemon's
constexpr std::size_t kLate = 3;  // samples that a shift may be told late

// Probes' clocks are set back now and then: three of the published links step back by 2 or 3 s. More than
// this is a file put together in the wrong order.
constexpr double kClockStep_s = 60;

Result<LabelledLink::Sample> read_sample(const std::vector<std::string_view>& cells, std::size_t line) {
  const auto flag = [](std::string_view cell) { return cell == "0" || cell == "1"; };
  if (!flag(cells[3])) return at_line(line, fmt::format("loss is \"{}\", neither 0 nor 1", cells[3]));
  if (!flag(cells[4])) return at_line(line, fmt::format("change is \"{}\", neither 0 nor 1", cells[4]));
  LabelledLink::Sample sample{.rtt = {}, .marked = cells[4] == "1"};
  if (cells[3] == "1") return sample;
  const auto rtt_ms = number(cells[2]);
  if (!rtt_ms) return at_line(line, fmt::format("\"{}\" is no RTT, and loss is 0", cells[2]));
  if (*rtt_ms <= 0 || *rtt_ms > kLongestRtt_ms)
    return at_line(line, fmt::format("an RTT of {} ms cannot be", cells[2]));
  sample.rtt = Milliseconds{*rtt_ms};
  return sample;
}

std::optional<double> median_ms(const LabelledLink& link, std::size_t begin, std::size_t end) {
  std::vector<double> values;
  for (std::size_t i = begin; i < end; ++i) {
    if (link.samples[i].rtt) values.push_back(link.samples[i].rtt->count());
  }
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

enum class Truth { none, small, shift };

// What the hand says of each sample.
std::vector<Truth> truths(const LabelledLink& link) {
  std::vector<Truth> truth(link.samples.size(), Truth::none);
  std::vector<std::size_t> marks;
  for (std::size_t i = 0; i < link.samples.size(); ++i) {
    if (link.samples[i].marked) marks.push_back(i);
  }
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const auto before = median_ms(link, i == 0 ? 0 : marks[i - 1], marks[i]);
    const auto after = median_ms(link, marks[i], i + 1 < marks.size() ? marks[i + 1] : link.samples.size());
    const bool shift = before && after && std::fabs(*after - *before) >= kShift_ms &&
                       std::fabs(*after - *before) >= kShiftShare * *before;
    truth[marks[i]] = shift ? Truth::shift : Truth::small;
  }
  return truth;
}

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace

Result<std::vector<LabelledLink>> parse_labelled(std::string_view text) {
  std::string_view line;
  if (!take_line(text, line)) return at_line(1, "the file is empty");
  if (line != kLabelledHeader) return at_line(1, fmt::format("the columns are not {}", kLabelledHeader));
  std::vector<LabelledLink> links;
  std::set<std::string_view> seen;
  double first_s = 0, before_s = 0;
  for (std::size_t at = 2; take_line(text, line); ++at) {
    if (line.empty()) continue;
    const auto cells = split(line);
    if (cells.size() != 5) return at_line(at, fmt::format("{} columns where the header has 5", cells.size()));
    const auto time_s = number(cells[0]);
    if (!time_s || std::fabs(*time_s) > kLongestTime_s)
      return at_line(at, fmt::format("\"{}\" is no time in seconds", cells[0]));
    if (links.empty() || links.back().name != cells[1]) {
      if (!seen.insert(cells[1]).second)
        return at_line(at, fmt::format("trace \"{}\" begins a second time", cells[1]));
      links.push_back({.name = std::string(cells[1])});
      first_s = before_s = *time_s;
    }
    if (*time_s < before_s - kClockStep_s)
      return at_line(at, fmt::format("time goes from {} s to {} s; sort the trace", before_s, *time_s));
    before_s = *time_s;
    auto sample = read_sample(cells, at);
    if (!sample) return sample.error();
    links.back().samples.push_back(*sample);
    const std::chrono::duration<double> length{std::max(0.0, *time_s - first_s)};
    links.back().length = std::max(links.back().length, std::chrono::duration_cast<Duration>(length));
  }
  if (links.empty()) return Error{"there is no sample"};
  return links;
}

double Agreement::precision() const {
  return ratio(static_cast<double>(found), static_cast<double>(found + false_alarms));
}
double Agreement::recall() const {
  return ratio(static_cast<double>(found), static_cast<double>(shifts));
}
double Agreement::f1() const {
  return ratio(2 * static_cast<double>(found), static_cast<double>(found + false_alarms + shifts));
}
double Agreement::strict_f1() const {
  return ratio(2 * static_cast<double>(found), static_cast<double>(found + false_alarms + at_small + shifts));
}
double Agreement::false_alarms_per_day() const {
  return ratio(static_cast<double>(false_alarms), days);
}

Agreement& Agreement::operator+=(const Agreement& other) {
  shifts += other.shifts;
  found += other.found;
  false_alarms += other.false_alarms;
  at_small += other.at_small;
  days += other.days;
  return *this;
}

Agreement judge(const LabelledLink& link, const Detector& detector) {
  const std::vector<Truth> hand = truths(link);
  Agreement result;
  result.shifts = static_cast<std::size_t>(std::count(hand.begin(), hand.end(), Truth::shift));
  result.days = std::chrono::duration<double>(link.length).count() / 86400;
  std::vector<bool> matched(hand.size(), false);
  for (std::size_t i = 0; i < hand.size(); ++i) {
    if (!link.samples[i].rtt || !detector(*link.samples[i].rtt)) continue;
    std::optional<std::size_t> shift;
    bool small = false;
    for (std::size_t j = i < kLate ? 0 : i - kLate; j <= i; ++j) {
      if (hand[j] == Truth::shift && !matched[j] && !shift) shift = j;
      if (hand[j] == Truth::small) small = true;
    }
    if (shift) {
      matched[*shift] = true;
      ++result.found;
    } else {
      ++(small ? result.at_small : result.false_alarms);
    }
  }
  return result;
}

Detector level_shift_detector() {
  const auto shifts = std::make_shared<controller::LevelShifts>();
  return [shifts](Milliseconds rtt) { return shifts->add(rtt).has_value(); };
}

Detector two_in_a_row_detector() {
  struct State {
    double level = 0;
    int averaged = 0;
    std::optional<double> before;  // the sample before, where it lay off the level
  };
  return [state = std::make_shared<State>()](Milliseconds rtt) {
    const double value = rtt.count();
    const double off = state->averaged == 0 ? 0 : value - state->level;
    if (std::fabs(off) < std::max(kShift_ms, kShiftShare * state->level) || state->averaged == 0) {
      state->before.reset();
      state->averaged = std::min(state->averaged + 1, kMemory);
      state->level += (value - state->level) / state->averaged;
      return false;
    }
    const bool told = state->before && (*state->before > state->level) == (off > 0);
    if (told) {
      *state = {.level = (*state->before + value) / 2, .averaged = 2, .before = {}};
    } else {
      state->before = value;
    }
    return told;
  };
}

}  // namespace trimtab::sim
