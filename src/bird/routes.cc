// `show route … all`: a heading a route, then its attributes, one a line.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "bird/configuration.h"
#include "bird/replies.h"
#include "bird/route_heading.h"

namespace trimtab::bird {
namespace {

constexpr int kAttributeLine = 1012;

// The numbers in a text, whatever stands between them: "65002 65004", "(1, 2, 3) (4, 5, 6)".
std::vector<std::uint32_t> numbers(std::string_view text) {
  std::vector<std::uint32_t> found;
  const char* end = text.data() + text.size();
  for (const char* next = text.data(); next != end;) {
    std::uint32_t value = 0;
    const auto [after, error] = std::from_chars(next, end, value);
    if (error == std::errc{}) found.push_back(value);
    next = after == next ? next + 1 : after;
  }
  return found;
}

std::optional<RouteCandidate> candidate_of(std::string_view line) {
  const auto heading = parse_route_heading(line);
  if (!heading) return std::nullopt;
  RouteCandidate candidate{.protocol = std::string(heading->protocol), .best = heading->best};
  // All there is of the path where the attributes were not asked for.
  if (heading->last_asn) candidate.as_path = {*heading->last_asn};
  return candidate;
}

void add_communities(std::string_view text, RouteCandidate& route) {
  const auto values = numbers(text);
  for (std::size_t i = 0; i + 2 < values.size(); i += 3) {
    route.large_communities.push_back({values[i], values[i + 1], values[i + 2]});
  }
}

// BIRD 2 says "BGP.as_path", BIRD 3 "bgp_path". Long lists go on in lines without a name.
class Attributes {
 public:
  void take(std::string_view text, RouteCandidate& route) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
    if (!text.starts_with('(')) {
      const std::size_t colon = text.find(": ");
      name_ = text.substr(0, colon);
      text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 2);
    }
    if (name_ == "BGP.as_path" || name_ == "bgp_path") {
      route.as_path = numbers(text);
    } else if (name_ == "BGP.local_pref" || name_ == "bgp_local_pref") {
      if (const auto values = numbers(text); !values.empty()) route.local_preference = values.front();
    } else if (name_ == "BGP.large_community" || name_ == "bgp_large_community") {
      add_communities(text, route);
    }
  }

 private:
  std::string name_;
};

}  // namespace

std::optional<std::uint32_t> RouteCandidate::community(std::uint32_t administrator,
                                                       std::uint32_t kind) const {
  for (const auto& [owner, its_kind, value] : large_communities) {
    if (owner == administrator && its_kind == kind) return value;
  }
  return std::nullopt;
}

std::string routes_command(const Prefix& prefix) {
  return fmt::format("show route {} all", prefix.text());
}

// BIRD compares, so that the reply is short also where it holds other people's routes.
std::string other_fingerprints_command(std::uint32_t community, std::uint32_t own_fingerprint) {
  std::string others;
  const auto add = [&](std::uint32_t low, std::uint32_t high) {
    others +=
        fmt::format("{}({}, {}, {}..{})", others.empty() ? "" : ", ", community, kFingerprintKind, low, high);
  };
  if (own_fingerprint > 0) add(0, own_fingerprint - 1);
  if (own_fingerprint < UINT32_MAX) add(own_fingerprint + 1, UINT32_MAX);
  return fmt::format("show route primary where bgp_large_community ~ [{}]", others);
}

Result<std::vector<RouteCandidate>> parse_routes(const Reply& reply) {
  std::vector<RouteCandidate> routes;
  if (reply.code() == kNoSuchRoute) return routes;
  if (reply.failed()) return Error{fmt::format("BIRD: {}", reply.message()), {}, reply.code()};
  Attributes attributes;
  for (const ReplyLine& line : reply.lines) {
    if (line.code == kRouteLine) {
      if (auto candidate = candidate_of(line.text)) routes.push_back(*std::move(candidate));
    } else if (line.code == kAttributeLine && !routes.empty()) {
      attributes.take(line.text, routes.back());
    }
  }
  std::stable_partition(routes.begin(), routes.end(), [](const RouteCandidate& route) { return route.best; });
  return routes;
}

}  // namespace trimtab::bird
