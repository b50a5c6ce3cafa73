// How a link's figures are written for people: the same in status, explain and events.
#pragma once

#include <string>

#include "cli/table.h"
#include "control/json.h"

namespace trimtab::cli {

inline constexpr const char* kUnknown = "–";

std::string text_of(const control::Json& value);   // a string's; else as at(): Json::exception
std::string show_rtt(const control::Json& link);   // "20.1 ±0.3"
std::string show_loss(const control::Json& link);  // "1.7 % (0.3–9)": the raw ratio and its 95 % interval
std::string show_bandwidth(const control::Json& link);          // "200M assumed"
std::string show_worth(const control::Json& value, bool path);  // "21.1 ms", "154", "last resort"
std::string show_count(const control::Json& value);             // whole, not negative
std::string show_age(const control::Json& seconds);             // "2m 13s"
Cell show_standing(const control::Json& link);
std::string show_note(const control::Json& link);  // what is held back and until when, or what is wrong

}  // namespace trimtab::cli
