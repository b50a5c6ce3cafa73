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

Prefix host_prefix(const IpAddress& address) {
  return {address, address_bits(address.family)};
}

std::vector<Prefix> host_prefixes(const std::vector<IpAddress>& addresses) {
  std::vector<Prefix> prefixes;
  for (const IpAddress& address : addresses) prefixes.push_back(host_prefix(address));
  return prefixes;
}

Interface underlay(const mesh::Mesh& mesh, const mesh::Site& self) {
  return {.name = std::string(kUnderlay),
          .kind = "wireguard",
          .alias = fmt::format("{}: mesh {}", kMark, mesh.name),
          .mtu = mesh::underlay_mtu(mesh, self.id)};
}

Interface link_interface(const mesh::Link& link, const mesh::Site& self, const mesh::Site& peer) {
  return {.name = link.own(self.id).interface,
          .kind = "gre",
          .alias = fmt::format("{}: link to {}", kMark, peer.name),
          .mtu = link.mtu,
          .gre = Gre{self.overlay.front(), peer.overlay.front(), kGreTtl}};
}

WantedPeer wireguard_peer(const mesh::Site& self, const mesh::Site& peer, const Endpoints& endpoints) {
  WantedPeer wanted{.key = peer.public_key, .name = peer.name, .allowed = host_prefixes(peer.overlay)};
  if (const auto known = endpoints.find(peer.id); known != endpoints.end()) wanted.endpoints = known->second;
  // Both ends send them: the side behind NAT opens its mapping, the other one's keep it open.
  if (!self.endpoint || !peer.endpoint) wanted.keepalive = kKeepaliveSeconds;
  return wanted;
}

void add_link(WantedState& state, const mesh::Link& link, const mesh::Site& self, const mesh::Site& peer) {
  const mesh::LinkEnd& own = link.own(self.id);
  state.interfaces.push_back(link_interface(link, self, peer));
  state.link_interfaces.push_back(own.interface);
  for (std::size_t i = 0; i < own.address.size(); ++i) {
    state.addresses.push_back({own.interface, {own.address[i], link.subnet[i].length}});
  }
  for (const Prefix& overlay : host_prefixes(peer.overlay))
    state.routes.push_back({overlay, std::string(kUnderlay)});
}

}  // namespace

mesh::Outer outer_towards(const mesh::Site& self, const mesh::Site& peer) {
  return peer.outer == mesh::Outer::any ? self.outer : peer.outer;
}

WantedState wanted(const mesh::Mesh& mesh, mesh::SiteId self_id, const PrivateKey& private_key,
                   const Endpoints& endpoints) {
  const mesh::Site* self = mesh.find_site(self_id);
  TRIMTAB_CHECK(self != nullptr && mesh.encapsulation == mesh::Encapsulation::gre);
  WantedState state{.mesh = mesh.name, .site = self->name};
  state.wireguard.private_key = private_key;
  if (self->endpoint) state.wireguard.port = self->endpoint->port;
  state.interfaces.push_back(underlay(mesh, *self));
  for (const Prefix& own : host_prefixes(self->overlay))
    state.addresses.push_back({std::string(kUnderlay), own});
  for (const mesh::Link* link : mesh.links_of(self_id)) {
    const mesh::Site& peer = *mesh.find_site(link->peer(self_id).site);
    state.wireguard.peers.push_back(wireguard_peer(*self, peer, endpoints));
    add_link(state, *link, *self, peer);
  }
  state.table = firewall_table(mesh, self_id);
  return state;
}

}  // namespace trimtab::network
