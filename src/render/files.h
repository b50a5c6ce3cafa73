// A site's wanted state as files, for whoever applies it by other means than `up`: wg0.conf for `wg setconf`,
// links.batch for `ip -batch`, trimtab.nft for `nft -f`, sysctl.conf for `sysctl -p`, and BIRD's three.
// Deterministic; no secret in any of them. What they make carries trimtab's marks, so that `up` takes it
// over.
#pragma once

#include <string>
#include <vector>

#include "bird/configuration.h"
#include "mesh/mesh.h"

namespace trimtab::render {

struct RenderedFile {
  std::string name;
  std::string content;
};

// `self` must be a site of the mesh, the mesh of encapsulation gre. `paths` is where BIRD will find
// origins.conf and metrics.conf on the router.
std::vector<RenderedFile> files(const mesh::Mesh& mesh, mesh::SiteId self, const bird::Paths& paths);

}  // namespace trimtab::render
