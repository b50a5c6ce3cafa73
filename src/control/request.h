// The daemon's socket: one request a line, one answer a line, both JSON.
//
//   {"ask": "status"}
//   {"ask": "events", "since": 17}
//   {"ask": "explain", "destination": "10.10.4.7"}     an address, a prefix or a site's name
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "util/result.h"

namespace trimtab::control {

struct AskStatus {};
struct AskEvents {
  std::uint64_t since = 0;  // only events with a higher number
};
struct AskExplain {
  std::string destination;
};
using Request = std::variant<AskStatus, AskEvents, AskExplain>;

// A request is short; whoever sends more is cut off.
inline constexpr std::size_t kLongestRequest = 4096;

Result<Request> parse_request(std::string_view line);
std::string format_request(const Request& request);  // without the newline

}  // namespace trimtab::control
