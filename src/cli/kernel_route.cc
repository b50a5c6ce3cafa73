#include "cli/kernel_route.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include "cli/kernel_question.h"

namespace trimtab::cli {
namespace {

std::string interface_name(int index) {
  char name[IF_NAMESIZE] = {};
  return if_indextoname(static_cast<unsigned>(index), name) == nullptr ? "" : name;
}

}  // namespace

Result<KernelRoute> kernel_route(const IpAddress& destination,
                                 const std::optional<netlink::Arrival>& arrival) {
  using Fate = KernelRoute::Fate;
  auto socket = os::NetlinkSocket::open(os::NetlinkSocket::Protocol::route);
  if (!socket) return socket.error();
  std::uint32_t sequence = 0;
  const auto answer = ask_kernel(*socket, netlink::find_route(destination, arrival), sequence);
  if (!answer && netlink::no_way(answer.error().number.value_or(0)))
    return KernelRoute{.fate = Fate::dropped};
  if (!answer) return answer.error();
  for (const netlink::Message& message : *answer) {
    const auto route = netlink::read_route(message);
    if (!route) return route.error();
    if (!*route) continue;
    const netlink::Route& found = **route;
    if (found.type != RTN_UNICAST) return KernelRoute{.fate = Fate::kept};
    const bool one = found.interface_index != 0;
    return KernelRoute{.fate = one ? Fate::sent : Fate::spread,
                       .interface = one ? interface_name(found.interface_index) : "",
                       .interface_index = found.interface_index,
                       .matched = found.to,
                       .gateway = found.gateway,
                       .metric = found.metric,
                       .table = found.table};
  }
  return Error{"netlink: the kernel found a route and did not tell it"};
}

std::optional<LanArrival> arrival_from(const Prefix& lan) {
  constexpr std::uint64_t kLooked = 32;  // a router has few addresses in its LAN, and they tend to come first
  // One or two addresses are all hosts (RFC 3021, RFC 6164).
  const std::uint64_t first = lan.length >= address_bits(lan.address.family) - 1 ? 0 : 1;
  for (std::uint64_t host = first; host <= kLooked; ++host) {
    const IpAddress source = lan.network().plus(host);
    if (!lan.contains(source)) return std::nullopt;
    const auto route = kernel_route(source);
    if (!route || route->fate == KernelRoute::Fate::kept) continue;
    if (route->fate != KernelRoute::Fate::sent || !lan.contains(route->matched)) return std::nullopt;
    return LanArrival{{source, route->interface_index}, route->interface};
  }
  return std::nullopt;
}

}  // namespace trimtab::cli
