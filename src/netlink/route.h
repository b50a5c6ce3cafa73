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

// Why a packet would not leave: there is no route for it, one that drops it (a rule may, too), or the filter
// by its reverse path drops what arrived.
enum class NoWay : std::uint8_t { no_route, blackhole, unreachable, prohibit, reverse_path };
// What the kernel refuses find_route with (fib_props in net/ipv4/fib_semantics.c); nothing: it could not
// tell.
std::optional<NoWay> no_way(int error_number);

Request dump_routes(Family family);
// The one by which a packet to this address would leave, the router's own or one that arrived; read_route
// reads the answer.
Request find_route(const IpAddress& destination, const std::optional<Arrival>& arrival = std::nullopt);
// To an address of the router's own (RTN_LOCAL).
bool leads_here(const Route& route);
Result<std::optional<Route>> read_route(const Message& message);

// A route to what is on the interface itself (scope link), in the main table. EEXIST where one is there.
Request add_route(const Prefix& to, int interface_index, std::uint8_t protocol);
Request delete_route(const Prefix& to, int interface_index, std::uint8_t protocol);

}  // namespace trimtab::netlink
