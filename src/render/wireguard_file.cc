#include "render/wireguard_file.h"

#include <fmt/core.h>

#include "mesh/public_key.h"
#include "render/rendered.h"

namespace trimtab::render {
namespace {

using network::WantedState;

std::string peer_section(const network::WantedPeer& peer, const mesh::Mesh& mesh, const WantedState& state) {
  std::string text =
      fmt::format("\n# {}\n[Peer]\nPublicKey = {}\n", peer.name, mesh::format_public_key(peer.key));
  for (const Prefix& prefix : peer.allowed) text += fmt::format("AllowedIPs = {}\n", prefix.text());
  if (const auto endpoint = endpoint_of(peer, mesh, state))
    text += fmt::format("Endpoint = {}\n", endpoint_text(*endpoint));
  if (peer.keepalive != 0) text += fmt::format("PersistentKeepalive = {}\n", peer.keepalive);
  return text;
}

}  // namespace

std::string wireguard_file(const mesh::Mesh& mesh, const WantedState& state,
                           const network::WantedWireGuard& device) {
  std::string text = head(device.interface.c_str(), state);
  text += fmt::format(
      "# The private key is not in it, and `wg setconf` takes away the one that is set. So both, in this "
      "order:\n"
      "#   wg setconf {0} {0}.conf\n"
      "#   wg set {0} private-key /etc/trimtab/private.key\n"
      "[Interface]\n",
      device.interface);
  if (device.port) text += fmt::format("ListenPort = {}\n", *device.port);
  for (const network::WantedPeer& peer : device.peers) text += peer_section(peer, mesh, state);
  return text;
}

}  // namespace trimtab::render
