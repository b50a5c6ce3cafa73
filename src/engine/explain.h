// Why traffic goes where it goes: what was asked -> a LAN prefix of the mesh -> BIRD's candidates for it,
// with the cost that each neighbour announced and the one of our own link.
#pragma once

#include <string>
#include <vector>

#include "bird/replies.h"
#include "control/report.h"
#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::engine {

struct Destination {
  std::string asked;
  Prefix prefix;
  mesh::SiteId site = 0;
};

// An address or a prefix inside a site's LAN, or a site's name (its first LAN prefix).
Result<Destination> find_destination(const mesh::Mesh& mesh, const std::string& asked);

// The sites, by name, that the routes come from.
std::vector<std::string> origins_of(const mesh::Mesh& mesh, const std::vector<bird::RouteCandidate>& routes);

// Candidates as BIRD holds them, the chosen one first, then by preference. Links are left for the caller.
control::Explanation explain(const mesh::Mesh& mesh, mesh::SiteId self, const Destination& destination,
                             const std::vector<bird::RouteCandidate>& routes,
                             const std::vector<std::pair<mesh::SiteId, std::uint32_t>>& published);

}  // namespace trimtab::engine
