#include "render/files.h"

#include <fmt/core.h>

#include "bird/metrics_file.h"
#include "mesh/public_key.h"
#include "network/firewall.h"
#include "network/wanted.h"

namespace trimtab::render {
namespace {

using network::WantedState;

std::string head(const char* what, const WantedState& state) {
  return fmt::format("# {} of site {} in mesh \"{}\". Written by trimtab.\n", what, state.site, state.mesh);
}

// The endpoint as the mesh file has it: `wg` looks names up by itself.
std::string endpoint_line(const mesh::Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("Endpoint = {}:{}\n", ipv6 ? fmt::format("[{}]", endpoint.host) : endpoint.host,
                     endpoint.port);
}

std::string peer_section(const network::WantedPeer& peer, const mesh::Site& site) {
  std::string text =
      fmt::format("\n# {}\n[Peer]\nPublicKey = {}\n", peer.name, mesh::format_public_key(peer.key));
  for (const Prefix& prefix : peer.allowed) text += fmt::format("AllowedIPs = {}\n", prefix.text());
  if (site.endpoint) text += endpoint_line(*site.endpoint);
  if (peer.keepalive != 0) text += fmt::format("PersistentKeepalive = {}\n", peer.keepalive);
  return text;
}

std::string wireguard(const mesh::Mesh& mesh, const WantedState& state) {
  std::string text = head("wg0", state);
  text +=
      "# The private key is not in it, and `wg setconf` takes away the one that is set. So both, in this "
      "order:\n"
      "#   wg setconf wg0 wg0.conf\n"
      "#   wg set wg0 private-key /etc/trimtab/private.key\n"
      "[Interface]\n";
  if (state.wireguard.port) text += fmt::format("ListenPort = {}\n", *state.wireguard.port);
  for (const network::WantedPeer& peer : state.wireguard.peers) {
    text += peer_section(peer, *mesh.find_site(std::string_view(peer.name)));
  }
  return text;
}

std::string link_lines(const network::Interface& interface, const WantedState& state) {
  std::string text = fmt::format("\nlink add name {} mtu {} group {} type {}", interface.name, interface.mtu,
                                 network::kInterfaceGroup, interface.kind);
  if (interface.gre) {
    text += fmt::format(" local {} remote {} ttl {}", interface.gre->local.text(),
                        interface.gre->remote.text(), interface.gre->ttl);
  }
  text += fmt::format("\nlink set dev {} alias \"{}\"\n", interface.name, interface.alias);
  for (const network::Address& address : state.addresses) {
    if (address.interface != interface.name) continue;
    text += fmt::format("address add {} dev {}\n", address.prefix.text(), interface.name);
  }
  text += fmt::format("link set dev {} up\n", interface.name);
  for (const network::Route& route : state.routes) {
    if (route.interface != interface.name) continue;
    text += fmt::format("route add {} dev {} proto {}\n", route.to.text(), route.interface,
                        network::kRouteProtocol);
  }
  return text;
}

std::string links(const WantedState& state) {
  std::string text = head("Interfaces, addresses and routes", state);
  text +=
      "# nft -f trimtab.nft; ip -batch links.batch; sysctl -p sysctl.conf; then WireGuard as wg0.conf says, "
      "then "
      "BIRD.\n";
  for (const network::Interface& interface : state.interfaces) text += link_lines(interface, state);
  return text;
}

std::string settings(const WantedState& state) {
  std::string text = head("Kernel settings", state);
  text +=
      "# The larger of `all` and the interface's own is in force. Where `all` is above 0 now, give the "
      "interfaces\n"
      "# that rely on it its value first (`trimtab up` does so by itself).\n"
      "net.ipv4.ip_forward = 1\n"
      "net.ipv4.conf.all.rp_filter = 0\n";
  for (const std::string& name : state.link_interfaces) {
    // Slashes, because an interface's name may have a dot in it.
    text += fmt::format("net/ipv4/conf/{}/rp_filter = 0\n", name);
  }
  return text;
}

}  // namespace

std::vector<RenderedFile> files(const mesh::Mesh& mesh, mesh::SiteId self, const bird::Paths& paths) {
  const WantedState state = network::wanted(mesh, self, {}, {});
  return {{"wg0.conf", wireguard(mesh, state)},
          {"links.batch", links(state)},
          {"trimtab.nft", head("Firewall", state) + state.table},
          {"sysctl.conf", settings(state)},
          {"bird.conf", bird::main_configuration(mesh, self, paths)},
          {"origins.conf", bird::origins(mesh, self)},
          {"metrics.conf", bird::format_metrics(bird::neutral(mesh, self))}};
}

}  // namespace trimtab::render
