#include "sim/trace.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "sim/csv.h"

namespace trimtab::sim {
namespace {

// More hosts than a mesh has; the square of it is gone through for each frame.
constexpr std::size_t kMostTraceHosts = 256;

// Intervals are multiplied on the way, and a Duration ends at three hundred years.
constexpr double kLongestTrace_s = 10.0 * 365 * 86400;

struct Column {
  std::size_t from = 0, to = 0;
};

class Header {
 public:
  Result<void> read(std::string_view line) {
    const auto cells = split(line);
    if (cells.front() != "time_s") return at_line(1, "the first column is not time_s");
    std::set<std::string_view> seen;
    for (std::size_t i = 1; i < cells.size(); ++i) {
      const std::size_t arrow = cells[i].find('>');
      const auto from = cells[i].substr(0, arrow);
      const auto to = arrow == std::string_view::npos ? std::string_view{} : cells[i].substr(arrow + 1);
      if (from.empty() || to.empty() || from == to)
        return at_line(1, fmt::format("column {} is no link \"FROM>TO\": \"{}\"", i + 1, cells[i]));
      if (!seen.insert(cells[i]).second) return at_line(1, fmt::format("\"{}\" stands twice", cells[i]));
      columns.push_back({host(from), host(to)});
      if (names.size() > kMostTraceHosts)
        return at_line(1, fmt::format("more than {} hosts", kMostTraceHosts));
    }
    if (columns.empty()) return at_line(1, "there is no link");
    return {};
  }

  std::vector<std::string> names;
  std::vector<Column> columns;

 private:
  std::size_t host(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    names.emplace_back(name);
    return names.size() - 1;
  }
};

}  // namespace

Result<Trace> Trace::parse(std::string_view text) {
  std::string_view line;
  if (!take_line(text, line)) return at_line(1, "the trace is empty");
  Header header;
  if (const auto read = header.read(line); !read) return read.error();
  Trace trace;
  trace.names_ = header.names;
  const std::size_t hosts = trace.hosts();
  trace.linked_.assign(hosts * hosts, false);
  trace.columns_.assign(hosts * hosts, kNoColumn);
  for (std::size_t i = 0; i < header.columns.size(); ++i)
    trace.columns_[header.columns[i].from * hosts + header.columns[i].to] = i;
  std::optional<double> first, before;
  for (std::size_t number_of_line = 2; take_line(text, line); ++number_of_line) {
    if (line.empty()) continue;
    const auto cells = split(line);
    if (cells.size() != header.columns.size() + 1) {
      return at_line(number_of_line, fmt::format("{} columns where the header has {}", cells.size(),
                                                 header.columns.size() + 1));
    }
    const auto time = number(cells.front());
    if (!time || std::fabs(*time) > kLongestTime_s)
      return at_line(number_of_line, fmt::format("\"{}\" is no time in seconds", cells.front()));
    if (before && *time <= *before)
      return at_line(number_of_line,
                     fmt::format("time goes from {} s to {} s; sort the trace", *before, *time));
    before = time;
    first = first.value_or(*time);
    if (*time - *first > kLongestTrace_s)
      return at_line(number_of_line, "more than ten years after the first frame");
    Frame frame{.at = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(*time - *first)),
                .rtt = std::vector<std::optional<Milliseconds>>(header.columns.size())};
    for (std::size_t i = 0; i < header.columns.size(); ++i) {
      const auto rtt = read_rtt(cells[i + 1], number_of_line, i + 2);
      if (!rtt) return rtt.error();
      frame.rtt[i] = *rtt;
      if (*rtt) trace.linked_[header.columns[i].from * hosts + header.columns[i].to] = true;
    }
    trace.frames_.push_back(std::move(frame));
  }
  if (trace.frames_.size() < 2) return Error{"a trace needs two frames at least"};
  if (std::find(trace.linked_.begin(), trace.linked_.end(), true) == trace.linked_.end())
    return Error{"no link has a value in any frame"};
  return trace;
}

Duration Trace::typical_interval() const {
  std::vector<Duration> intervals;
  for (std::size_t i = 1; i < frames_.size(); ++i) intervals.push_back(frames_[i].at - frames_[i - 1].at);
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::nth_element(intervals.begin(), middle, intervals.end());
  return *middle;
}

}  // namespace trimtab::sim
