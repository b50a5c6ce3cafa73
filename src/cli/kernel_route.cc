#include "cli/kernel_route.h"

#include <linux/rtnetlink.h>

#include <cerrno>

#include "cli/kernel_question.h"
#include "netlink/link.h"
#include "netlink/route.h"

namespace trimtab::cli {
namespace {

using os::NetlinkSocket;

// What the kernel answers for a route that drops, or for none (fib_props in net/ipv4/fib_semantics.c).
bool means_dropped(int number) {
  return number == ENETUNREACH || number == EHOSTUNREACH || number == EINVAL || number == EACCES;
}

std::string name_of(int index, NetlinkSocket& socket, std::uint32_t& sequence) {
  const auto answer = ask_kernel(socket, netlink::dump_links(), sequence);
  if (!answer) return {};
  for (const netlink::Message& message : *answer) {
    const auto link = netlink::read_link(message);
    if (link && *link && (*link)->index == index) return (*link)->name;
  }
  return {};
}

}  // namespace

Result<KernelRoute> kernel_route(const IpAddress& destination) {
  using Fate = KernelRoute::Fate;
  auto socket = NetlinkSocket::open(NetlinkSocket::Protocol::route);
  if (!socket) return socket.error();
  std::uint32_t sequence = 0;
  const auto answer = ask_kernel(*socket, netlink::find_route(destination), sequence);
  if (!answer && means_dropped(answer.error().number.value_or(0))) return KernelRoute{.fate = Fate::dropped};
  if (!answer) return answer.error();
  for (const netlink::Message& message : *answer) {
    const auto route = netlink::read_route(message);
    if (!route) return route.error();
    if (!*route) continue;
    const netlink::Route& found = **route;
    if (found.type == RTN_LOCAL) return KernelRoute{.fate = Fate::kept};
    const bool one = found.interface_index != 0;
    return KernelRoute{.fate = one ? Fate::sent : Fate::spread,
                       .interface = one ? name_of(found.interface_index, *socket, sequence) : "",
                       .matched = found.to,
                       .gateway = found.gateway,
                       .metric = found.metric};
  }
  return Error{"netlink: the kernel found a route and did not tell it"};
}

}  // namespace trimtab::cli
