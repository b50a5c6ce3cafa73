#include "bird/route_heading.h"

#include <charconv>

namespace trimtab::bird {

std::optional<RouteHeading> parse_route_heading(std::string_view line) {
  if (line.starts_with('\t')) return std::nullopt;
  const std::size_t open = line.find('[');
  const std::size_t close = line.find(']', open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  const std::string_view source = line.substr(open + 1, close - open - 1);
  const std::string_view rest = line.substr(close + 1);
  RouteHeading heading{.prefix = line.substr(0, line.find(' ')),
                       .protocol = source.substr(0, source.find(' '))};
  // With an exclamation mark it is the best one too, and the kernel did not take it.
  heading.best = rest.starts_with(" *") || rest.starts_with(" !");
  constexpr std::string_view kOrigin = "[AS";
  if (const std::size_t origin = rest.find(kOrigin); origin != std::string_view::npos) {
    std::uint32_t asn = 0;
    const auto [after, error] =
        std::from_chars(rest.data() + origin + kOrigin.size(), rest.data() + rest.size(), asn);
    if (error == std::errc{}) heading.last_asn = asn;
  }
  return heading;
}

}  // namespace trimtab::bird
