#include "render/uci.h"

#include <fmt/core.h>

#include "mesh/public_key.h"
#include "render/openwrt.h"
#include "render/uci_firewall.h"
#include "render/uci_text.h"
#include "render/wireguard_file.h"

namespace trimtab::render {
namespace {

using network::Interface;
using network::WantedState;

// What netifd puts before a section's name to call its GRE device.
std::string_view device_prefix(const Interface& interface) {
  return interface.gre->local.family == Family::ipv4 ? "gre4-" : "gre6-";
}

// "gre4-b" -> "b"; what is no GRE has its section's own name.
std::string device_section(const Interface& interface) {
  return interface.gre ? interface.name.substr(device_prefix(interface).size()) : interface.name;
}

// The other sections of ours have these names.
bool may_be_a_links(const std::string& section) {
  return is_uci_name(section) && section != network::kUnderlay && !section.starts_with("trimtab_");
}

Result<void> check_names(const WantedState& state) {
  for (const Interface& interface : state.interfaces) {
    if (interface.kind == "dummy") {
      return Error{"OpenWrt's netifd makes no dummy interface for the overlay address",
                   "write encapsulation = \"gre\", or use `trimtab up` there"};
    }
    if (!interface.gre) continue;
    const bool fits = interface.name.starts_with(device_prefix(interface));
    if (fits && may_be_a_links(device_section(interface))) continue;
    return Error{
        fmt::format("OpenWrt cannot call a GRE interface {} ({})", interface.name, interface.alias),
        fmt::format(
            "name it in the mesh file: interfaces = {{ {} = \"{}NAME\" }}, NAME of letters, digits and "
            "underscores, but not wg0 nor trimtab_…",
            state.site, device_prefix(interface))};
  }
  return {};
}

const char* address_option(const IpAddress& address) {
  return address.family == Family::ipv4 ? "ipaddr" : "ip6addr";
}

void wireguard(UciText& uci, const Interface& interface, const network::WantedWireGuard& device,
               const WantedState& state) {
  uci.section("network", interface.name, "interface");
  uci.option("trimtab", state.site);
  uci.option("proto", "wireguard");
  // Else netifd (2026), whenever it takes the interface down, deletes whatever route there is to an endpoint.
  uci.option("nohostroute", "1");
  uci.option("mtu", std::to_string(interface.mtu));
  if (device.port) uci.option("listen_port", std::to_string(*device.port));
  for (const network::Address& address : state.addresses) {
    if (address.interface == interface.name) uci.list("addresses", address.prefix.text());
  }
}

void peers(UciText& uci, const mesh::Mesh& mesh, const network::WantedWireGuard& device,
           const WantedState& state) {
  for (const network::WantedPeer& peer : device.peers) {
    uci.section("network", fmt::format("trimtab_peer_{}", uci_name(peer.name)),
                "wireguard_" + device.interface);
    uci.option("description", peer.name);
    uci.option("public_key", mesh::format_public_key(peer.key));
    for (const Prefix& prefix : peer.allowed) uci.list("allowed_ips", prefix.text());
    if (const auto endpoint = endpoint_of(peer, mesh, state)) {
      uci.option("endpoint_host", endpoint->host);
      uci.option("endpoint_port", std::to_string(endpoint->port));
    }
    if (peer.keepalive != 0) uci.option("persistent_keepalive", std::to_string(peer.keepalive));
  }
}

void routes(UciText& uci, const WantedState& state) {
  for (const network::Route& route : state.routes) {
    const bool ipv4 = route.to.address.family == Family::ipv4;
    uci.section("network", "trimtab_route_" + uci_name(route.to.text()), ipv4 ? "route" : "route6");
    uci.option("interface", route.interface);
    uci.option("target", route.to.text());
  }
}

// The tunnel, and on top of it an interface that has the address: netifd's gre takes none.
void link(UciText& uci, const Interface& interface, const WantedState& state) {
  const std::string section = device_section(interface);
  const network::Gre& gre = *interface.gre;
  const bool ipv4 = gre.local.family == Family::ipv4;
  uci.section("network", section, "interface");
  uci.option("trimtab", state.site);
  uci.option("proto", ipv4 ? "gre" : "grev6");
  uci.option(ipv4 ? "ipaddr" : "ip6addr", gre.local.text());
  uci.option(ipv4 ? "peeraddr" : "peer6addr", gre.remote.text());
  uci.option("ttl", std::to_string(gre.ttl));
  uci.option("mtu", std::to_string(interface.mtu));
  if (!ipv4) uci.option("encaplimit", "ignore");

  uci.section("network", "trimtab_link_" + section, "interface");
  uci.option("proto", "static");
  uci.option("device", "@" + section);
  for (const network::Address& address : state.addresses) {
    if (address.interface == interface.name)
      uci.list(address_option(address.prefix.address), address.prefix.text());
  }
}

std::vector<std::string> sections_of(const WantedState& state, bool links) {
  std::vector<std::string> names;
  for (const Interface& interface : state.interfaces) {
    if (interface.gre.has_value() == links) names.push_back(device_section(interface));
  }
  return names;
}

std::string batch(const mesh::Mesh& mesh, mesh::SiteId self, const WantedState& state, const Router& router) {
  UciText uci;
  for (const Interface& interface : state.interfaces) {
    if (interface.gre) {
      link(uci, interface, state);
    } else {
      const network::WantedWireGuard& device = *wireguard_on(interface, state);
      wireguard(uci, interface, device, state);
      peers(uci, mesh, device, state);
    }
  }
  routes(uci, state);
  uci_firewall(uci, *mesh.find_site(self), state,
               {.underlays = sections_of(state, false),
                .links = sections_of(state, true),
                .table = router.config_dir + "/trimtab.nft"});
  return uci.text();
}

}  // namespace

Result<std::vector<RenderedFile>> uci(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router) {
  const WantedState state = network::wanted(mesh, self, {}, {});
  if (const auto named = check_names(state); !named) return named.error();
  std::vector<std::string> devices = sections_of(state, false);
  for (std::string& device : sections_of(state, true)) devices.push_back(std::move(device));
  const std::string own_directory = router.config_dir.substr(1) + "/";
  std::vector<RenderedFile> files = {
      {own_directory + "uci.batch",
       head("Sections for `uci batch`, by way of apply-uci,", state) + batch(mesh, self, state, router)},
      {own_directory + "apply-uci", apply_script(state, router, devices, mesh.find_site(self)->public_key),
       0755},
      {own_directory + "trimtab.nft", head("Firewall", state) + state.table},
      {own_directory + "metrics.conf", neutral_metrics(mesh, self)},
      {"etc/init.d/trimtab", daemon_script(state, router), 0755},
      {"etc/init.d/trimtab-bird", bird_script(state, router), 0755},
      {"etc/sysctl.d/90-trimtab.conf", openwrt_settings(state)},
      {"lib/upgrade/keep.d/trimtab", keep_list(router)}};
  for (const network::WantedWireGuard& device : state.wireguard)
    files.push_back({own_directory + device.interface + ".conf", wireguard_file(mesh, state, device)});
  for (RenderedFile& file : bird_files(mesh, self, router, own_directory)) files.push_back(std::move(file));
  return files;
}

}  // namespace trimtab::render
