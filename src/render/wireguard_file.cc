#include "render/wireguard_file.h"

#include <fmt/core.h>

#include "mesh/public_key.h"
#include "render/rendered.h"

namespace trimtab::render {

using network::WantedState;

std::string peer_section(const network::WantedPeer& peer, const mesh::Mesh& mesh, const WantedState& state,
                         std::string_view title, std::string_view is) {
  std::string text = fmt::format("\n# {}\n{}\n", peer.name, title);
  const auto line = [&](std::string_view name, const auto& value) {
    text += fmt::format("{}{}{}\n", name, is, value);
  };
  line("PublicKey", mesh::format_public_key(peer.key));
  for (const Prefix& prefix : peer.allowed) line("AllowedIPs", prefix.text());
  if (const auto endpoint = endpoint_of(peer, mesh, state)) line("Endpoint", endpoint_text(*endpoint));
  if (peer.keepalive != 0) line("PersistentKeepalive", peer.keepalive);
  return text;
}

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
  for (const network::WantedPeer& peer : device.peers)
    text += peer_section(peer, mesh, state, "[Peer]", " = ");
  return text;
}

}  // namespace trimtab::render
