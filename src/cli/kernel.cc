#include "cli/kernel.h"

#include <fmt/core.h>

#include <cerrno>

#include "cli/kernel_question.h"
#include "netlink/generic.h"
#include "netlink/refusal.h"
#include "os/privilege.h"

namespace trimtab::cli {
Result<Kernel> Kernel::open() {
  if (!os::has_capability(os::Capability::net_admin)) {
    return Error{"changing and reading the network needs CAP_NET_ADMIN", "run it as root"};
  }
  auto route = os::NetlinkSocket::open(os::NetlinkSocket::Protocol::route);
  if (!route) return route.error();
  auto generic = os::NetlinkSocket::open(os::NetlinkSocket::Protocol::generic);
  if (!generic) return generic.error();
  return Kernel(*std::move(route), *std::move(generic));
}

Result<Kernel::Messages> Kernel::ask(os::NetlinkSocket& socket, const netlink::Request& request) {
  return ask_kernel(socket, request, sequence_);
}

Result<void> Kernel::tell(os::NetlinkSocket& socket, const netlink::Request& request,
                          const std::string& attempt) {
  const auto answer = ask(socket, request);
  if (answer) return {};
  const std::optional<int> number = answer.error().number;
  return Error{.what = fmt::format("cannot {}: {}", attempt, answer.error().what),
               .fix = std::string(netlink::cure(number.value_or(0))),
               .number = number};
}

Result<std::uint16_t> Kernel::wireguard_family() {
  if (wireguard_family_) return *wireguard_family_;
  const auto answer = ask(generic_, netlink::find_family("wireguard"));
  if (!answer && answer.error().number != ENOENT) return answer.error();
  if (!answer || answer->empty())
    return Error{.what = "this kernel has no WireGuard", .fix = "modprobe wireguard", .number = ENOENT};
  const auto family = netlink::read_family(answer->front());
  if (family) wireguard_family_ = *family;
  return family;
}

bool Kernel::lacks_wireguard() {
  const auto family = wireguard_family();
  return !family && family.error().number == ENOENT;
}

Result<netlink::Link> Kernel::find_link(const std::string& interface) {
  const auto answer = ask(route_, netlink::get_link(interface));
  if (!answer) {
    return Error{.what = fmt::format("no interface {}: {}", interface, answer.error().what),
                 .fix = std::string(netlink::cure(ENODEV)),
                 .number = answer.error().number};
  }
  for (const netlink::Message& message : *answer) {
    const auto link = netlink::read_link(message);
    if (!link) return link.error();
    if (*link) return **link;
  }
  return Error{.what = fmt::format("no interface {}", interface), .number = ENODEV};
}

Result<int> Kernel::index_of(const std::string& interface) {
  const auto link = find_link(interface);
  if (!link) return link.error();
  return link->index;
}

}  // namespace trimtab::cli
