#include "cli/kernel_route.h"

#include <cerrno>

#include "cli/kernel_question.h"
#include "netlink/link.h"
#include "netlink/route.h"

namespace trimtab::cli {
namespace {

using os::NetlinkSocket;

// What the kernel says of a route that drops, or of none (fib_props in net/ipv4/fib_semantics.c).
bool means_dropped(int number) {
  return number == ENETUNREACH || number == EHOSTUNREACH || number == EINVAL || number == EACCES ||
         number == EAGAIN;
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

Result<std::optional<KernelRoute>> kernel_route(const IpAddress& destination) {
  auto socket = NetlinkSocket::open(NetlinkSocket::Protocol::route);
  if (!socket) return socket.error();
  std::uint32_t sequence = 0;
  const auto answer = ask_kernel(*socket, netlink::find_route(destination), sequence);
  if (!answer && means_dropped(answer.error().number.value_or(0))) return std::optional<KernelRoute>{};
  if (!answer) return answer.error();
  for (const netlink::Message& message : *answer) {
    const auto route = netlink::read_route(message);
    if (!route) return route.error();
    if (!*route) continue;
    return std::optional(KernelRoute{.interface = name_of((*route)->interface_index, *socket, sequence),
                                     .matched = (*route)->to,
                                     .gateway = (*route)->gateway,
                                     .metric = (*route)->metric});
  }
  return Error{"netlink: the kernel found a route and did not tell it"};
}

bool has_interface(const std::string& name) {
  auto socket = NetlinkSocket::open(NetlinkSocket::Protocol::route);
  std::uint32_t sequence = 0;
  return socket && ask_kernel(*socket, netlink::get_link(name), sequence);
}

}  // namespace trimtab::cli
