// A WireGuard device's own file, as `wg` reads it: setconf by hand, syncconf by OpenWrt's apply-uci.
#pragma once

#include <string>
#include <string_view>

#include "mesh/mesh.h"
#include "network/wanted.h"

namespace trimtab::render {

// A peer's section: `title` is "[Peer]" to wg and "[WireGuardPeer]" to networkd, `is` what stands between
// name and value.
std::string peer_section(const network::WantedPeer& peer, const mesh::Mesh& mesh,
                         const network::WantedState& state, std::string_view title, std::string_view is);

// Without the private key. Endpoints are as the mesh file has them: `wg` looks names up by itself.
std::string wireguard_file(const mesh::Mesh& mesh, const network::WantedState& state,
                           const network::WantedWireGuard& device);

}  // namespace trimtab::render
