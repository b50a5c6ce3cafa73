#include "network/wanted.h"

#include <fmt/core.h>

#include "mesh/mtu.h"
#include "network/firewall.h"

namespace trimtab::network {
namespace {

// The largest TTL: links count as one hop whatever lies outside, and a GRE packet must survive any overlay.
constexpr std::uint8_t kGreTtl = 255;
// Below every NAT's UDP time-out that is seen in the wild (30 s), and WireGuard's own advice.
constexpr std::uint16_t kKeepaliveSeconds = 25;
// Nothing ever leaves by it; the kernel's own default.
constexpr int kHolderMtu = 1500;

Prefix host_prefix(const IpAddress& address) {
  return {address, address_bits(address.family)};
}

std::vector<Prefix> host_prefixes(const std::vector<IpAddress>& addresses) {
  std::vector<Prefix> prefixes;
  for (const IpAddress& address : addresses) prefixes.push_back(host_prefix(address));
  return prefixes;
}

std::string alias_of_link(const mesh::Site& peer) {
  return fmt::format("{}: link to {}", kMark, peer.name);
}

WantedPeer wireguard_peer(const mesh::Site& self, const mesh::Site& peer, const Endpoints& endpoints) {
  WantedPeer wanted{.key = peer.public_key, .name = peer.name};
  if (const auto known = endpoints.find(peer.id); known != endpoints.end()) wanted.endpoints = known->second;
  // Both ends send them: the side behind NAT opens its mapping, the other one's keep it open.
  if (!self.endpoint || !peer.endpoint) wanted.keepalive = kKeepaliveSeconds;
  return wanted;
}

void add_link_addresses(const mesh::Link& link, const mesh::LinkEnd& own, WantedState& state) {
  state.link_interfaces.push_back(own.interface);
  for (std::size_t i = 0; i < own.address.size(); ++i) {
    state.addresses.push_back({own.interface, {own.address[i], link.subnet[i].length}});
  }
}

// ---- GRE inside one WireGuard

void add_underlay(const mesh::Mesh& mesh, const mesh::Site& self, const PrivateKey& key, WantedState& state) {
  state.interfaces.push_back({.name = std::string(kUnderlay),
                              .kind = "wireguard",
                              .alias = fmt::format("{}: mesh {}", kMark, mesh.name),
                              .mtu = mesh::underlay_mtu(mesh, self.id)});
  state.wireguard.push_back({.interface = std::string(kUnderlay), .private_key = key});
  if (self.endpoint) state.wireguard.back().port = self.endpoint->port;
}

void add_gre_link(const mesh::Link& link, const mesh::Site& self, const mesh::Site& peer,
                  const Endpoints& endpoints, WantedState& state) {
  const mesh::LinkEnd& own = link.own(self.id);
  const bool over_ipv4 = self.overlay.front().family == Family::ipv4;
  state.interfaces.push_back({.name = own.interface,
                              .kind = over_ipv4 ? "gre" : "ip6gre",
                              .alias = alias_of_link(peer),
                              .mtu = link.mtu,
                              .gre = Gre{self.overlay.front(), peer.overlay.front(), kGreTtl}});
  add_link_addresses(link, own, state);
  WantedPeer wanted = wireguard_peer(self, peer, endpoints);
  wanted.allowed = host_prefixes(peer.overlay);
  for (const Prefix& overlay : wanted.allowed) state.routes.push_back({overlay, std::string(kUnderlay)});
  state.wireguard.front().peers.push_back(std::move(wanted));
}

// ---- A WireGuard for each link

// The overlay address is the site's name in the mesh all the same, and no link's.
void add_overlay_holder(const mesh::Mesh& mesh, WantedState& state) {
  state.interfaces.push_back({.name = std::string(kOverlayHolder),
                              .kind = "dummy",
                              .alias = fmt::format("{}: mesh {}", kMark, mesh.name),
                              .mtu = kHolderMtu});
}

void add_wireguard_link(const mesh::Mesh& mesh, const mesh::Link& link, const mesh::Site& self,
                        const mesh::Site& peer, const PrivateKey& key, const Endpoints& endpoints,
                        WantedState& state) {
  const mesh::LinkEnd& own = link.own(self.id);
  state.interfaces.push_back(
      {.name = own.interface, .kind = "wireguard", .alias = alias_of_link(peer), .mtu = link.mtu});
  add_link_addresses(link, own, state);
  WantedPeer wanted = wireguard_peer(self, peer, endpoints);
  // BGP says what goes where; whose packets may come in is the firewall's to say.
  wanted.allowed = {{IpAddress{Family::ipv4, {}}, 0}, {IpAddress{Family::ipv6, {}}, 0}};
  state.wireguard.push_back({.interface = own.interface,
                             .private_key = key,
                             .port = mesh::listening_port(mesh, self, peer.id),
                             .peers = {std::move(wanted)}});
}

}  // namespace

mesh::Outer outer_towards(const mesh::Site& self, const mesh::Site& peer) {
  return peer.outer == mesh::Outer::any ? self.outer : peer.outer;
}

WantedState wanted(const mesh::Mesh& mesh, mesh::SiteId self_id, const PrivateKey& private_key,
                   const Endpoints& endpoints) {
  const mesh::Site* self = mesh.find_site(self_id);
  TRIMTAB_CHECK(self != nullptr);
  const bool gre = mesh.encapsulation == mesh::Encapsulation::gre;
  WantedState state{.mesh = mesh.name, .site = self->name};
  for (const Prefix& pool : mesh.link_pool) state.routed.push_back(pool.address.family);
  gre ? add_underlay(mesh, *self, private_key, state) : add_overlay_holder(mesh, state);
  for (const Prefix& own : host_prefixes(self->overlay))
    state.addresses.push_back({state.interfaces.front().name, own});
  for (const mesh::Link* link : mesh.links_of(self_id)) {
    const mesh::Site& peer = *mesh.find_site(link->peer(self_id).site);
    gre ? add_gre_link(*link, *self, peer, endpoints, state)
        : add_wireguard_link(mesh, *link, *self, peer, private_key, endpoints, state);
  }
  state.table = firewall_table(mesh, self_id);
  return state;
}

}  // namespace trimtab::network
