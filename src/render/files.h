// A site's wanted state as files, for whoever applies it by other means than `up`: wg0.conf for `wg setconf`
// (without GRE one file per link), links.batch for `ip -batch`, trimtab.nft for `nft -f`, sysctl.conf for
// `sysctl -p`, and BIRD's three. Deterministic; no secret in any of them. What they make carries trimtab's
// marks, so that `up` takes it over.
#pragma once

#include <vector>

#include "render/rendered.h"

namespace trimtab::render {

// `self` must be a site of the mesh.
std::vector<RenderedFile> files(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router);

}  // namespace trimtab::render
