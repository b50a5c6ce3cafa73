#include "engine/explain.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "bird/configuration.h"
#include "engine/report.h"

namespace trimtab::engine {
namespace {

Milliseconds cost_in_ms(std::uint32_t value) {
  return Milliseconds{worth_of(value, mesh::Policy::path)};
}

std::vector<std::string> names_along(const mesh::Mesh& mesh, const std::vector<mesh::Asn>& as_path) {
  std::vector<std::string> names;
  for (const mesh::Asn asn : as_path) {
    const auto site = std::find_if(mesh.sites.begin(), mesh.sites.end(),
                                   [&](const mesh::Site& candidate) { return candidate.asn == asn; });
    names.push_back(site == mesh.sites.end() ? fmt::format("AS{}", asn) : site->name);
  }
  return names;
}

control::Candidate candidate_of(const mesh::Mesh& mesh, const bird::RouteCandidate& route,
                                mesh::SiteId neighbour,
                                const std::vector<std::pair<mesh::SiteId, std::uint32_t>>& published) {
  control::Candidate candidate{.neighbour = mesh.find_site(neighbour)->name,
                               .chosen = route.best,
                               .preference = route.local_preference.value_or(0),
                               .path = names_along(mesh, route.as_path)};
  if (mesh.policy != mesh::Policy::path) return candidate;
  const auto total = route.community(mesh.community, bird::kCostKind);
  const auto own = std::find_if(published.begin(), published.end(),
                                [&](const auto& value) { return value.first == neighbour; });
  if (total) candidate.total = cost_in_ms(*total);
  // What BIRD prefers it by beyond its sum: the favour of the way that the prefix goes now.
  if (total && route.local_preference && *route.local_preference + *total >= bird::kBestPreference)
    candidate.margin = cost_in_ms(*route.local_preference + *total - bird::kBestPreference);
  if (own != published.end()) candidate.own = cost_in_ms(own->second);
  if (total && own != published.end() && *total >= own->second) {
    candidate.announced = cost_in_ms(*total - own->second);
  }
  return candidate;
}

}  // namespace

Result<Destination> find_destination(const mesh::Mesh& mesh, const std::string& asked) {
  const auto address = parse_address(asked);
  const auto prefix =
      address ? Result<Prefix>(Prefix{*address, address_bits(address->family)}) : parse_prefix(asked);
  for (const mesh::Site& site : mesh.sites) {
    for (const Prefix& lan : site.lan) {
      if (site.name == asked || (prefix && lan.contains(*prefix))) return Destination{asked, lan, site.id};
    }
  }
  return Error{fmt::format("no site of the mesh has \"{}\"", asked),
               "name a site, or an address or prefix inside a site's LAN"};
}

std::vector<std::string> origins_of(const mesh::Mesh& mesh, const std::vector<bird::RouteCandidate>& routes) {
  std::set<std::string> names;
  for (const bird::RouteCandidate& route : routes) {
    if (!route.as_path.empty()) names.insert(names_along(mesh, {route.as_path.back()}).front());
  }
  return {names.begin(), names.end()};
}

control::Explanation explain(const mesh::Mesh& mesh, mesh::SiteId self, const Destination& destination,
                             const std::vector<bird::RouteCandidate>& routes,
                             const std::vector<std::pair<mesh::SiteId, std::uint32_t>>& published) {
  control::Explanation explanation{.destination = destination.asked,
                                   .prefix = destination.prefix.text(),
                                   .site = mesh.find_site(destination.site)->name,
                                   .own = destination.site == self,
                                   .policy = std::string(name_of(mesh.policy))};
  const mesh::Site& site = *mesh.find_site(destination.site);
  for (const Prefix& lan : site.lan) {
    if (site.name == destination.asked && lan != destination.prefix)
      explanation.other_prefixes.push_back(lan.text());
  }
  for (const Prefix& lan : mesh.find_site(self)->lan) explanation.own_lans.push_back(lan.text());
  for (const bird::RouteCandidate& route : routes) {
    const auto neighbour = bird::neighbour_of_protocol(route.protocol);
    if (!neighbour || mesh.find_site(*neighbour) == nullptr) continue;
    explanation.candidates.push_back(candidate_of(mesh, route, *neighbour, published));
  }
  std::stable_sort(explanation.candidates.begin(), explanation.candidates.end(),
                   [](const control::Candidate& left, const control::Candidate& right) {
                     return std::pair(left.chosen, left.preference) >
                            std::pair(right.chosen, right.preference);
                   });
  return explanation;
}

}  // namespace trimtab::engine
