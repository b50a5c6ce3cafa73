#include "bird/routes_reading.h"

#include <fmt/format.h>

#include <algorithm>

#include "bird/configuration.h"
#include "bird/route_heading.h"

namespace trimtab::bird {

std::string read_routes_command(std::uint32_t community) {
  return fmt::format(
      "show route filter {{ if source != RTS_BGP then reject; bgp_path.empty; "
      "bgp_path.prepend(filter(bgp_large_community, [({}, {}, *)]).max.data2); accept; }}",
      community, kCostKind);
}

void RoutesReading::take(const Reply& part) {
  for (const ReplyLine& line : part.lines) take_line(line);
}

void RoutesReading::take_line(const ReplyLine& line) {
  if (line.code != kRouteLine) return;
  const auto heading = parse_route_heading(line.text);
  if (!heading) return;
  if (!heading->prefix.empty()) {
    const auto prefix = parse_prefix(heading->prefix);
    known_prefix_ = prefix.ok();
    if (prefix) prefixes_.push_back({.prefix = *prefix});
  }
  const auto neighbour = neighbour_of_protocol(heading->protocol);
  // Without the community BIRD says 0: no route that came through our filter.
  if (!known_prefix_ || !neighbour || heading->last_asn.value_or(0) == 0) return;
  PrefixRoutes& routes = prefixes_.back();
  routes.offers.push_back({*neighbour, *heading->last_asn});
  if (heading->best) routes.chosen = *neighbour;
}

Result<std::vector<PrefixRoutes>> RoutesReading::finish(const Reply& rest) && {
  if (rest.failed()) return Error{fmt::format("BIRD: {}", rest.message()), {}, rest.code()};
  take(rest);
  std::erase_if(prefixes_, [](const PrefixRoutes& routes) { return routes.offers.empty(); });
  for (PrefixRoutes& routes : prefixes_) {
    std::sort(routes.offers.begin(), routes.offers.end(),
              [](const Offer& one, const Offer& other) { return one.neighbour < other.neighbour; });
  }
  std::sort(prefixes_.begin(), prefixes_.end(),
            [](const PrefixRoutes& one, const PrefixRoutes& other) { return one.prefix < other.prefix; });
  return std::move(prefixes_);
}

}  // namespace trimtab::bird
