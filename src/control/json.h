// The reports as JSON. Keys are an interface: docs/formats.md names them, and they are only ever added to.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "control/report.h"
#include "util/result.h"

namespace trimtab::control {

// Keys keep the order in which they are written: the output is read by people as well.
using Json = nlohmann::ordered_json;

Json to_json(const Status& status);
Json to_json(const std::vector<Event>& events);
Json to_json(const Explanation& explanation);
Json to_json(const Error& error);  // {"error": …, "fix": …}

// One line, without a newline. Invalid UTF-8 is replaced, never thrown over.
std::string to_line(const Json& json);

// For bytes that come from outside: at most 32 levels deep, else an Error.
Result<Json> parse_json(std::string_view text);

}  // namespace trimtab::control
