// A site for systemd-networkd: what `trimtab up` makes, made at boot by what is there anyway. A tree as seen
// from /: interfaces and addresses (etc/systemd/network), kernel settings (etc/sysctl.d), the firewall and a
// unit that loads it, BIRD's files, and the neutral metrics file (etc/tmpfiles.d). systemd 252 or later, and
// trimtab's package for its user, its directory and the units of BIRD and the daemon.
//
// No secret in any of them. networkd reads the private key as its own user, group systemd-network, so it gets
// a copy of its own beside trimtab's: `networkd.key`, root:systemd-network 0640.
//
// The interfaces carry trimtab's group: with their names it makes them `up`'s to take over.
#pragma once

#include <vector>

#include "render/rendered.h"

namespace trimtab::render {

// Files below this that trimtab wrote are one site's whole: what a later rendering lacks is stale.
inline constexpr std::string_view kNetworkdOwn = "etc/systemd/network/05-trimtab-";

// `self` must be a site of the mesh, the mesh of encapsulation gre.
std::vector<RenderedFile> networkd(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router);

}  // namespace trimtab::render
