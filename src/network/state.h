// The words in which wanted and found are told: interfaces, addresses, routes, peers, kernel settings, files.
// Values only; nothing here knows where they come from or how they get into the kernel.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/mesh.h"
#include "util/address.h"

namespace trimtab::network {

// WireGuard's interface under all GRE tunnels; without GRE, what has the overlay address instead.
inline constexpr std::string_view kUnderlay = "wg0";
inline constexpr std::string_view kOverlayHolder = "trimtab0";

// What marks our own, for people and for a later run: how an interface's alias and the table's comment begin.
inline constexpr std::string_view kMark = "trimtab";
// The kernel takes an alias only once an interface exists, but a group at its creation: there is no moment in
// which one of ours is without any mark. Before it has its alias it is known by group and name together
// (found.h), as are networkd's, which never get one.
inline constexpr std::uint32_t kInterfaceGroup = 116;
// A routing protocol number that no known daemon uses; `ip route` shows it as "proto 116".
inline constexpr std::uint8_t kRouteProtocol = 116;

using PrivateKey = std::array<std::uint8_t, 32>;

struct SocketAddress {
  IpAddress address;
  std::uint16_t port = 0;

  std::string text() const;  // "192.0.2.1:51820", "[2001:db8::1]:51820"
  auto operator<=>(const SocketAddress&) const = default;
};

// Its kind is "gre" or, over IPv6, "ip6gre".
struct Gre {
  IpAddress local;
  IpAddress remote;
  std::uint8_t ttl = 0;
  bool encapsulation_limit = false;  // IPv6's: a destination option of 8 bytes in every packet
  bool operator==(const Gre&) const = default;
};

struct Interface {
  std::string name;
  std::string kind;  // "wireguard", "gre", "ip6gre", "dummy"; other words only in what was found
  std::string alias;
  int mtu = 0;
  std::optional<Gre> gre{};
};

// An interface's own address with the length of its subnet.
struct Address {
  std::string interface;
  Prefix prefix;
  auto operator<=>(const Address&) const = default;
};

// To what is on the interface itself: our routes have no gateway. Their metric is what the kernel gives
// where none is asked for.
constexpr std::uint32_t default_metric(Family family) {
  return family == Family::ipv4 ? 0 : 1024;
}
struct Route {
  Prefix to;
  std::string interface;
  auto operator<=>(const Route&) const = default;
};

// `path` is below /proc/sys: "net/ipv4/ip_forward". (Interface names may have dots, so not the dotted form.)
struct Sysctl {
  std::string path;
  std::string value;
  bool operator==(const Sysctl&) const = default;
};

struct File {
  std::string path;
  std::string content;
  unsigned mode = 0644;
  bool shared = false;  // others write it too (the daemon, tmpfiles): `down` deletes it only if `up` made it
};

}  // namespace trimtab::network
