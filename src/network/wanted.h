// What the mesh file asks of one site's kernel: Mesh -> interfaces, addresses, routes, peers, settings,
// firewall (specification §4). Pure and deterministic: the same mesh gives the same state, byte for byte.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "network/state.h"

namespace trimtab::network {

struct WantedPeer {
  mesh::PublicKey key;
  std::string name;             // the site's, for people
  std::vector<Prefix> allowed;  // the peer's overlay addresses and nothing else; without GRE, everything
  // Where it can be reached; any one will do. Empty: it calls us, or its name could not be resolved.
  std::vector<SocketAddress> endpoints;
  std::uint16_t keepalive = 0;  // seconds, 0: off
};

struct WantedWireGuard {
  std::string interface;
  PrivateKey private_key{};
  std::optional<std::uint16_t> port;  // absent: the kernel chooses, for a site that nobody calls
  std::vector<WantedPeer> peers;      // by site id
};

struct WantedState {
  std::string mesh;
  std::string site;
  // wg0, or without GRE trimtab0; then the links by the peer's id. All of them up.
  std::vector<Interface> interfaces;
  std::vector<WantedWireGuard> wireguard;  // wg0 alone, or without GRE one for each link
  std::vector<Address> addresses;
  std::vector<Route> routes;
  std::vector<std::string> link_interfaces;  // where the reverse-path filter is off
  std::vector<Family> routed;                // what links carry: forwarding is on for it
  std::string table;                         // nft's text; see firewall.h
  std::vector<File> files;                   // filled in by the caller: BIRD's are not this folder's
};

// The addresses of each peer that has an endpoint and whose name could be resolved.
using Endpoints = std::map<mesh::SiteId, std::vector<SocketAddress>>;

// The address family with which `self` may reach `peer` outside: what both allow; the peer's where they
// disagree.
mesh::Outer outer_towards(const mesh::Site& self, const mesh::Site& peer);

// `self` must be a site of the mesh.
WantedState wanted(const mesh::Mesh& mesh, mesh::SiteId self, const PrivateKey& private_key,
                   const Endpoints& endpoints);

}  // namespace trimtab::network
