// The line that a route begins with in every `show route`:
//
//   10.10.4.0/24         unicast [site_2 23:01:27.123] * (100) [AS65004i]
//                        unicast [site_3 23:01:27.123] (100) [AS65004i]
//
// Further routes of a prefix leave the prefix out.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace trimtab::bird {

// The code of such lines; other lines of this code say where the route leads to, or which table it is in.
inline constexpr int kRouteLine = 1007;

// Views into the line.
struct RouteHeading {
  std::string_view prefix;  // empty: that of the route before
  std::string_view protocol;
  bool best = false;
  std::optional<std::uint32_t> last_asn;  // of the path; absent: not from BGP
};

// Absent: the line is no heading.
std::optional<RouteHeading> parse_route_heading(std::string_view line);

}  // namespace trimtab::bird
