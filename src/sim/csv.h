// Lines, cells and figures of comma-separated files, for traces and matrices. What is wrong is named by line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace trimtab::sim {

// An RTT above this, in milliseconds, is a unit mixed up; real traces hold values up to 47 s.
inline constexpr double kLongestRtt_ms = 15 * 60 * 1000;
inline constexpr double kLongestTime_s = 100.0 * 365 * 86400;

// "line 7: what".
Error at_line(std::size_t line, const std::string& what);

// The next line without its end; false where there is none.
bool take_line(std::string_view& text, std::string_view& line);

std::vector<std::string_view> split(std::string_view line);

std::optional<double> number(std::string_view text);  // finite

// Empty: no value. Above 0 and at most kLongestRtt_ms.
Result<std::optional<Milliseconds>> read_rtt(std::string_view cell, std::size_t line, std::size_t column);

}  // namespace trimtab::sim
