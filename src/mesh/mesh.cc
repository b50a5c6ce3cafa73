#include "mesh/mesh.h"

#include <algorithm>

namespace trimtab::mesh {

const Site* Mesh::find_site(SiteId id) const {
  const auto found = std::lower_bound(sites.begin(), sites.end(), id,
                                      [](const Site& site, SiteId wanted) { return site.id < wanted; });
  return found != sites.end() && found->id == id ? &*found : nullptr;
}

const Site* Mesh::find_site(std::string_view site_name) const {
  const auto found =
      std::find_if(sites.begin(), sites.end(), [&](const Site& site) { return site.name == site_name; });
  return found == sites.end() ? nullptr : &*found;
}

std::vector<const Link*> Mesh::links_of(SiteId site) const {
  // Sorted by (lower id, higher id): peers below `site` come first, in order, then those above.
  std::vector<const Link*> own;
  for (const Link& link : links) {
    if (link.has(site)) own.push_back(&link);
  }
  return own;
}

std::optional<Family> Mesh::gre_family() const {
  if (encapsulation == Encapsulation::none) return std::nullopt;
  return overlay.front().address.family;
}

std::optional<std::uint16_t> listening_port(const Mesh& mesh, const Site& site, SiteId peer) {
  if (!site.endpoint) return std::nullopt;
  const SiteId offset = mesh.encapsulation == Encapsulation::none ? peer : 0;
  return static_cast<std::uint16_t>(site.endpoint->port + offset);
}

}  // namespace trimtab::mesh
