// What the kernel has now, as far as it can matter to a mesh: everything of ours and everything that could be
// in our way.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network/memory.h"
#include "network/state.h"

namespace trimtab::network {

struct FoundInterface {
  Interface interface;
  bool up = false;
  std::uint32_t group = 0;
  bool claimed = false;  // see is_claimed()

  // Made by `up`: an alias that begins with kMark; or none yet, our group, and somebody who claims it. A
  // group alone says little: it is a small number that anybody may have given.
  bool is_own() const;
  // In our group, without an alias: made by `up` or by networkd, or somebody else's.
  bool has_group_alone() const;
};

// Whether ours may be this one: the mesh file wants one of that name and kind, or `up` remembers one of that
// name.
bool is_claimed(const Interface& found, const std::vector<Interface>& wanted, const Memory& memory);

struct FoundAddress {
  Address address;
  bool by_kernel = false;  // IPv6's own link-local address
};

struct FoundRoute {
  Prefix to;
  std::string interface;  // empty where it has none
  std::uint8_t protocol = 0;
  std::uint32_t metric = 0;
};

struct FoundPeer {
  mesh::PublicKey key;
  std::vector<Prefix> allowed;
  std::optional<SocketAddress> endpoint;  // may be learnt from the peer's own packets
  std::uint16_t keepalive = 0;
};

struct FoundWireGuard {
  std::optional<PrivateKey> private_key;
  std::uint16_t port = 0;
  std::vector<FoundPeer> peers;
};

struct FoundState {
  std::vector<FoundInterface> interfaces;
  std::vector<FoundAddress> addresses;
  std::vector<FoundRoute> routes;                                // of the main table
  std::map<std::string, FoundWireGuard, std::less<>> wireguard;  // of our own WireGuard interfaces, by name
  std::map<std::string, std::string> sysctls;                    // path below /proc/sys -> value
  std::optional<std::string> table_listing;                      // what `nft list table` said
  std::map<std::string, std::string> files;  // content of those wanted or remembered, where they exist

  const FoundInterface* find(std::string_view name) const;
  // The interface of that name where it is ours and of that kind: what is to be changed, not made anew.
  const FoundInterface* find_own(const Interface& wanted) const;
};

}  // namespace trimtab::network
