// Interfaces (RTM_*LINK): what the kernel says of them, and the requests that make, change and delete one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netlink/message.h"

namespace trimtab::netlink {

// The two ends of a GRE tunnel and the TTL of its delivery header (0: copied from the inner packet). Both
// ends are of one family: IPv4 of kind "gre", IPv6 of "ip6gre".
struct GreTunnel {
  IpAddress local;
  IpAddress remote;
  std::uint8_t ttl = 0;
  bool encapsulation_limit = false;  // "ip6gre" only: 8 bytes more in each packet (RFC 2473)
  bool operator==(const GreTunnel&) const = default;
};

struct LinkCounters {
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::uint64_t rx_packets = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t rx_dropped = 0;
  std::uint64_t tx_dropped = 0;
};

struct Link {
  int index = 0;
  std::string name;
  std::string kind;         // "gre", "ip6gre", "wireguard", "veth", …; empty for hardware and lo
  std::string alias;        // ifalias; empty where there is none
  std::uint32_t group = 0;  // a number that people and programs may give; 0: none
  int mtu = 0;
  bool up = false;               // administratively (IFF_UP)
  bool running = false;          // and able to carry packets (IFF_RUNNING)
  std::optional<GreTunnel> gre;  // of kinds "gre" and "ip6gre"
  std::optional<LinkCounters> counters;
};

Request dump_links();
// One interface with its counters; the answer is a single RTM_NEWLINK.
Request get_link(std::string_view name);
// Nothing for a message that is not RTM_NEWLINK; an error for one that is malformed.
Result<std::optional<Link>> read_link(const Message& message);

struct NewLink {
  std::string name;
  std::string kind;
  std::uint32_t group = 0;
  int mtu = 0;
  std::optional<GreTunnel> gre;
};
// Fails with EEXIST where the name is taken. The interface is down and has no alias yet.
Request create_link(const NewLink& link);

// What is absent stays as it is.
struct LinkChange {
  std::string name;
  std::optional<std::string> alias;  // the kernel does not take one at creation
  std::optional<int> mtu;
  std::optional<bool> up;
  std::optional<GreTunnel> gre;
};
Request change_link(const LinkChange& change);
Request delete_link(std::string_view name);

}  // namespace trimtab::netlink
