#include "render/uci_firewall.h"

#include <cstdint>

namespace trimtab::render {
namespace {

// OpenWrt's own names of the zones that the site's LAN and its way out are in.
constexpr const char* kLanZone = "lan";
constexpr const char* kWanZone = "wan";
// At most 11 characters, as older firewalls count them.
constexpr const char* kUnderlayZone = "tt_underlay";
constexpr const char* kMeshZone = "tt_mesh";

void zone(UciText& uci, const char* section, const char* name, const char* forward,
          const std::vector<std::string>& networks) {
  uci.section("firewall", section, "zone");
  uci.option("name", name);
  uci.option("input", "REJECT");
  uci.option("output", "ACCEPT");
  uci.option("forward", forward);
  for (const std::string& network : networks) uci.list("network", network);
}

struct Opening {
  const char* section;
  const char* title;
  const char* zone;
  const char* protocol;
  std::uint16_t port = 0;  // 0: none
};

void open(UciText& uci, const Opening& opening) {
  uci.section("firewall", opening.section, "rule");
  uci.option("name", opening.title);
  uci.option("src", opening.zone);
  uci.option("proto", opening.protocol);
  if (opening.port != 0) uci.option("dest_port", std::to_string(opening.port));
  uci.option("target", "ACCEPT");
}

void forwarding(UciText& uci, const char* section, const char* from, const char* to) {
  uci.section("firewall", section, "forwarding");
  uci.option("src", from);
  uci.option("dest", to);
}

}  // namespace

void uci_firewall(UciText& uci, const mesh::Site& self, const network::WantedState& state,
                  const UciNetworks& networks) {
  zone(uci, "trimtab_underlay", kUnderlayZone, "REJECT", networks.underlays);
  zone(uci, "trimtab_mesh", kMeshZone, self.transit ? "ACCEPT" : "REJECT", networks.links);
  for (const network::WantedWireGuard& device : state.wireguard) {
    if (device.port) open(uci, {"trimtab_wireguard", "trimtab: WireGuard", kWanZone, "udp", *device.port});
  }
  open(uci, {"trimtab_gre", "trimtab: GRE inside WireGuard", kUnderlayZone, "gre"});
  open(uci, {"trimtab_bgp", "trimtab: BGP", kMeshZone, "tcp", 179});
  open(uci, {"trimtab_bfd", "trimtab: BFD", kMeshZone, "udp", 3784});
  open(uci, {"trimtab_icmp", "trimtab: probes", kMeshZone, "icmp"});
  if (!self.lan.empty()) {
    forwarding(uci, "trimtab_out", kLanZone, kMeshZone);
    forwarding(uci, "trimtab_in", kMeshZone, kLanZone);
  }
  uci.section("firewall", "trimtab_table", "include");
  uci.option("type", "nftables");
  uci.option("path", networks.table);
  uci.option("position", "ruleset-post");
}

}  // namespace trimtab::render
