// Routes (RTM_*ROUTE) of the main table's kind: unicast, one next hop.
#pragma once

#include <cstdint>
#include <optional>

#include "netlink/message.h"

namespace trimtab::netlink {

struct Route {
  Prefix to;
  int interface_index = 0;  // 0 where the route has none (blackhole, several next hops)
  std::optional<IpAddress> gateway;
  std::uint8_t type = 0;      // RTN_UNICAST, RTN_LOCAL, …
  std::uint8_t protocol = 0;  // who made it: RTPROT_KERNEL, RTPROT_BIRD, …
  std::uint32_t table = 0;
  std::uint32_t metric = 0;
};

// Where a packet that is forwarded comes from.
struct Arrival {
  IpAddress source;
  int interface_index = 0;
};

Request dump_routes(Family family);
// The one by which a packet to this address would leave, the router's own or one that arrived; read_route
// reads the answer.
Request find_route(const IpAddress& destination, const std::optional<Arrival>& arrival = std::nullopt);
// Whether the kernel answers find_route so for a route that drops, or for none: fib_props in
// net/ipv4/fib_semantics.c, and EXDEV where rp_filter drops what arrived.
bool means_no_way(int number);
Result<std::optional<Route>> read_route(const Message& message);

// A route to what is on the interface itself (scope link), in the main table. EEXIST where one is there.
Request add_route(const Prefix& to, int interface_index, std::uint8_t protocol);
Request delete_route(const Prefix& to, int interface_index, std::uint8_t protocol);

}  // namespace trimtab::netlink
