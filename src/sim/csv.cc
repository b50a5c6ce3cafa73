#include "sim/csv.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace trimtab::sim {
Error at_line(std::size_t line, const std::string& what) {
  return Error{fmt::format("line {}: {}", line, what)};
}

bool take_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const std::size_t end = text.find('\n');
  line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const std::size_t comma = line.find(',');
    cells.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || after != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<std::optional<Milliseconds>> read_rtt(std::string_view cell, std::size_t line, std::size_t column) {
  if (cell.empty()) return std::optional<Milliseconds>{};
  const auto value = number(cell);
  if (!value) return at_line(line, fmt::format("column {}: \"{}\" is no number", column, cell));
  if (*value <= 0 || *value > kLongestRtt_ms)
    return at_line(line, fmt::format("column {}: an RTT of {} ms cannot be", column, cell));
  return std::optional(Milliseconds{*value});
}

}  // namespace trimtab::sim
