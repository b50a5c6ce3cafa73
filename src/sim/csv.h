// Lines, cells and figures of comma-separated files, for traces and matrices. What is wrong is named by line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace trimtab::sim {

Error at_line(std::size_t line, const std::string& what);

// The next line without its end; false where there is none.
bool take_line(std::string_view& text, std::string_view& line);

std::vector<std::string_view> split(std::string_view line);

std::optional<double> number(std::string_view text);  // finite

// Empty: no value. Above 0 and at most a quarter of an hour: more is a unit mixed up.
Result<std::optional<Milliseconds>> read_rtt(std::string_view cell, std::size_t line, std::size_t column);

}  // namespace trimtab::sim
