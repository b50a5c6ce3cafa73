#include "render/networkd.h"

#include <fmt/core.h>

#include "render/wireguard_file.h"

namespace trimtab::render {
namespace {

using network::Interface;
using network::WantedState;

std::string wireguard_sections(const network::WantedWireGuard& device, const mesh::Mesh& mesh,
                               const WantedState& state, const Router& router) {
  std::string text = fmt::format(
      "\n# Its own copy of the key, which networkd must be able to read:\n"
      "#   install -o root -g systemd-network -m 0640 {0}/private.key {0}/networkd.key\n"
      "[WireGuard]\n"
      "PrivateKeyFile={0}/networkd.key\n",
      router.config_dir);
  if (device.port) text += fmt::format("ListenPort={}\n", *device.port);
  for (const network::WantedPeer& peer : device.peers)
    text += peer_section(peer, mesh, state, "[WireGuardPeer]", "=");
  return text;
}

// Independent: made at once, and not only when another interface's file asks for it.
std::string tunnel_section(const Interface& interface) {
  const network::Gre& gre = *interface.gre;
  std::string text = fmt::format("\n[Tunnel]\nIndependent=yes\nLocal={}\nRemote={}\nTTL={}\n",
                                 gre.local.text(), gre.remote.text(), gre.ttl);
  if (gre.local.family == Family::ipv6) text += "EncapsulationLimit=none\n";
  return text;
}

std::string netdev(const mesh::Mesh& mesh, const Interface& interface, const WantedState& state,
                   const Router& router) {
  std::string text = head("Interface " + interface.name, state) +
                     fmt::format("[NetDev]\nName={}\nKind={}\nDescription={}\nMTUBytes={}\n", interface.name,
                                 interface.kind, interface.alias, interface.mtu);
  if (interface.gre) return text + tunnel_section(interface);
  const network::WantedWireGuard* device = wireguard_on(interface, state);
  return device == nullptr ? text : text + wireguard_sections(*device, mesh, state, router);
}

std::string address_sections(const Interface& interface, const WantedState& state) {
  std::string text;
  for (const network::Address& address : state.addresses) {
    if (address.interface != interface.name) continue;
    text += fmt::format("\n[Address]\nAddress={}\n", address.prefix.text());
    if (address.prefix.address.family == Family::ipv4) text += "Broadcast=no\n";
  }
  return text;
}

std::string route_sections(const Interface& interface, const WantedState& state) {
  std::string text;
  for (const network::Route& route : state.routes) {
    if (route.interface != interface.name) continue;
    text += fmt::format("\n[Route]\nDestination={}\nProtocol={}\n", route.to.text(), network::kRouteProtocol);
    if (route.to.address.family == Family::ipv4) text += "Scope=link\n";
  }
  return text;
}

// A link's link-local address comes from the kernel for `up`; WireGuard has none.
std::string addressing(const Interface& interface, const WantedState& state) {
  return head("Addresses of " + interface.name, state) +
         fmt::format(
             "[Match]\nName={}\n\n"
             "[Link]\nGroup={}\n"
             "# Booting does not wait for the far end.\n"
             "RequiredForOnline=no\n\n"
             "[Network]\nLinkLocalAddressing={}\nIPv6AcceptRA=no\nLLMNR=no\nLLDP=no\n",
             interface.name, network::kInterfaceGroup, interface.gre ? "ipv6" : "no") +
         address_sections(interface, state) + route_sections(interface, state);
}

// By default networkd removes what others put on its interfaces: BIRD's routes.
std::string foreign_routes(const WantedState& state) {
  return head("Settings of systemd-networkd for BIRD", state) +
         "# BIRD's routes are not networkd's to remove.\n"
         "[Network]\n"
         "ManageForeignRoutes=no\n"
         "ManageForeignRoutingPolicyRules=no\n";
}

std::string sysctl_settings(const WantedState& state) {
  std::string text = head("Kernel settings", state);
  text +=
      "# The larger of `all` and the interface's own is in force. Where another file here sets `all` above "
      "0, "
      "give\n"
      "# the interfaces that rely on it that value of their own. udev applies a link's line when the link "
      "appears.\n"
      "net.ipv4.ip_forward = 1\n"
      "net.ipv4.conf.all.rp_filter = 0\n";
  for (const std::string& name : state.link_interfaces) {
    text += fmt::format("-net/ipv4/conf/{}/rp_filter = 0\n", name);
  }
  if (routes_ipv6(state)) {
    text +=
        "# A forwarding kernel heeds no router advertisements. networkd hears them itself on what it\n"
        "# manages; a WAN of somebody else's that has its default route from one needs, in a file of\n"
        "# yours (docs/install.md):\n"
        "#   net/ipv6/conf/WAN/accept_ra = 2\n"
        "net.ipv6.conf.all.forwarding = 1\n";
  }
  return text;
}

// Before any interface is up, so that at no moment a link takes what it should not.
std::string firewall_unit(const WantedState& state, const Router& router) {
  return head("The firewall", state) + fmt::format(
                                           "[Unit]\n"
                                           "Description=nft table of the mesh (trimtab)\n"
                                           "DefaultDependencies=no\n"
                                           "After=local-fs.target nftables.service\n"
                                           "PartOf=nftables.service\n"
                                           "Before=network-pre.target shutdown.target\n"
                                           "Wants=network-pre.target\n"
                                           "Conflicts=shutdown.target\n"
                                           "\n"
                                           "[Service]\n"
                                           "Type=oneshot\n"
                                           "RemainAfterExit=yes\n"
                                           "ExecStart=/usr/sbin/nft -f {0}/trimtab.nft\n"
                                           "ExecReload=/usr/sbin/nft -f {0}/trimtab.nft\n"
                                           "\n"
                                           "[Install]\n"
                                           "WantedBy=sysinit.target\n",
                                           router.config_dir);
}

// systemd-tmpfiles takes C's escapes, and makes a file only where there is none.
std::string metrics_at_boot(const WantedState& state, const std::string& metrics, const Router& router) {
  std::string escaped;
  for (const char sign : metrics) {
    if (sign == '\n') {
      escaped += "\\n";
    } else {
      escaped += sign;
    }
  }
  return head("The neutral metrics file", state) +
         "# It stands there at boot before BIRD, which takes no missing include; the daemon replaces it.\n" +
         fmt::format("f {} 0644 trimtab trimtab - {}\n", router.metrics(), escaped);
}

}  // namespace

std::vector<RenderedFile> networkd(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router) {
  const WantedState state = network::wanted(mesh, self, {}, {});
  const std::string own_directory = router.config_dir.substr(1) + "/";
  std::vector<RenderedFile> files;
  for (const Interface& interface : state.interfaces) {
    const std::string name = fmt::format("{}{}", kNetworkdOwn, interface.name);
    files.push_back({name + ".netdev", netdev(mesh, interface, state, router)});
    files.push_back({name + ".network", addressing(interface, state)});
  }
  files.push_back({"etc/systemd/networkd.conf.d/trimtab.conf", foreign_routes(state)});
  files.push_back({"etc/systemd/system/trimtab-nft.service", firewall_unit(state, router)});
  files.push_back({"etc/sysctl.d/90-trimtab.conf", sysctl_settings(state)});
  files.push_back(
      {"etc/tmpfiles.d/trimtab-metrics.conf", metrics_at_boot(state, neutral_metrics(mesh, self), router)});
  files.push_back({own_directory + "trimtab.nft", head("Firewall", state) + state.table});
  for (RenderedFile& file : bird_files(mesh, self, router, own_directory)) files.push_back(std::move(file));
  return files;
}

}  // namespace trimtab::render
