#include "render/files.h"

#include <fmt/core.h>

#include "render/wireguard_file.h"

namespace trimtab::render {
namespace {

using network::WantedState;

std::string link_lines(const network::Interface& interface, const WantedState& state) {
  std::string text = fmt::format("\nlink add name {} mtu {} group {} type {}", interface.name, interface.mtu,
                                 network::kInterfaceGroup, interface.kind);
  if (interface.gre) {
    text += fmt::format(" local {} remote {} ttl {}", interface.gre->local.text(),
                        interface.gre->remote.text(), interface.gre->ttl);
    if (interface.gre->local.family == Family::ipv6 && !interface.gre->encapsulation_limit)
      text += " encaplimit none";
  }
  text += fmt::format("\nlink set dev {} alias \"{}\"\n", interface.name, interface.alias);
  for (const network::Address& address : state.addresses) {
    if (address.interface != interface.name) continue;
    text += fmt::format("address add {} dev {}{}\n", address.prefix.text(), interface.name,
                        address.prefix.address.family == Family::ipv6 ? " nodad" : "");
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
  text += fmt::format(
      "# nft -f trimtab.nft; ip -batch links.batch; sysctl -p sysctl.conf; then WireGuard as {}, "
      "then BIRD.\n",
      state.wireguard.size() == 1 ? state.wireguard.front().interface + ".conf says"
                                  : "each interface's .conf says");
  for (const network::Interface& interface : state.interfaces) text += link_lines(interface, state);
  return text;
}

std::string ipv4_settings(const WantedState& state) {
  std::string text =
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

constexpr const char* kIpv6Settings =
    "# A forwarding router heeds no router advertisements. Where the WAN has its default route from one, "
    "give\n"
    "# that interface accept_ra = 2 first (`trimtab up` does so by itself).\n"
    "net.ipv6.conf.all.forwarding = 1\n";

std::string settings(const WantedState& state) {
  std::string text = head("Kernel settings", state);
  for (const Family family : state.routed)
    text += family == Family::ipv4 ? ipv4_settings(state) : kIpv6Settings;
  return text;
}

}  // namespace

std::vector<RenderedFile> files(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router) {
  const WantedState state = network::wanted(mesh, self, {}, {});
  std::vector<RenderedFile> files;
  for (const network::WantedWireGuard& device : state.wireguard)
    files.push_back({device.interface + ".conf", wireguard_file(mesh, state, device)});
  files.push_back({"links.batch", links(state)});
  files.push_back({"trimtab.nft", head("Firewall", state) + state.table});
  files.push_back({"sysctl.conf", settings(state)});
  for (RenderedFile& file : bird_files(mesh, self, router, "")) files.push_back(std::move(file));
  files.push_back({"metrics.conf", neutral_metrics(mesh, self)});
  return files;
}

}  // namespace trimtab::render
