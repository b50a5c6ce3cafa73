// Lines and cells of a recorded CSV. Quotes are not known: no trace needs them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace trimtab::sim {

// An RTT above this, in milliseconds, is a unit mixed up; real traces hold values up to 47 s.
inline constexpr double kLongestRtt_ms = 15 * 60 * 1000;
inline constexpr double kLongestTime_s = 100.0 * 365 * 86400;

// "line 7: what".
Error at_line(std::size_t line, const std::string& what);

std::vector<std::string_view> split(std::string_view line);

// All of the text, finite.
std::optional<double> number(std::string_view text);

// The next line without its end; false where there is none.
bool take_line(std::string_view& text, std::string_view& line);

}  // namespace trimtab::sim
