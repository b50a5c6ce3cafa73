// A site for OpenWrt: text for `uci batch` (network and firewall), a script that puts it in the place of an
// earlier one, BIRD's files, and the init scripts of BIRD and the daemon. A tree as seen from /.
// OpenWrt 22.03 or later (firewall4), with the packages kmod-gre, gre, wireguard-tools and bird2.
//
// No secret in any of them: the script takes the private key from its file, and netifd wants it in UCI.
//
// Own sections are called trimtab_…, or carry an option `trimtab` where netifd takes a device's name from the
// section's. For the same reason the mesh file must name the links' interfaces here: gre4-NAME (gre6-NAME
// over IPv6) for the section NAME.
#pragma once

#include <vector>

#include "render/rendered.h"
#include "util/result.h"

namespace trimtab::render {

// `self` must be a site of the mesh, the mesh of encapsulation gre. An error where an interface's name is not
// one that netifd would give; it says what to write into the mesh file.
Result<std::vector<RenderedFile>> uci(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router);

}  // namespace trimtab::render
