#include "netlink/refusal.h"

#include <fmt/core.h>

#include <cerrno>

namespace trimtab::netlink {

std::string_view cure(int number) {
  switch (number) {
    case EPERM:
    case EACCES:
      return "run it as root, where CAP_NET_ADMIN holds for this network namespace";
    case EEXIST:
      return "somebody made it in the meantime: `trimtab plan` says whose it is";
    case EBUSY:
      return "something else is using or changing it: try again";
    case ENOENT:
    case ESRCH:
    case ENODEV:
    case EADDRNOTAVAIL:
      return "somebody removed it in the meantime: run `trimtab up` again";
    case ENOMEM:
    case ENOBUFS:
      return "the kernel is short of memory: try again";
    default:
      return "";
  }
}

bool means_gone(std::optional<int> number) {
  return number == ENODEV || number == ESRCH || number == ENOENT || number == EADDRNOTAVAIL;
}

std::string command_for_dropped(std::string_view destination) {
  const bool ipv6 = destination.find(':') != std::string_view::npos;
  return fmt::format("ip {}rule; ip route show table all match {}", ipv6 ? "-6 " : "", destination);
}

}  // namespace trimtab::netlink
