// A WireGuard device's own file, as `wg` reads it: setconf by hand, syncconf by OpenWrt's apply-uci.
#pragma once

#include <string>

#include "mesh/mesh.h"
#include "network/wanted.h"

namespace trimtab::render {

// Without the private key. Endpoints are as the mesh file has them: `wg` looks names up by itself.
std::string wireguard_file(const mesh::Mesh& mesh, const network::WantedState& state,
                           const network::WantedWireGuard& device);

}  // namespace trimtab::render
