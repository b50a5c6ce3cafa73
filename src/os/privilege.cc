#include "os/privilege.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace trimtab::os {

bool has_capability(Capability capability) {
  const int bit = capability == Capability::net_raw ? CAP_NET_RAW : CAP_NET_ADMIN;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  return (data[CAP_TO_INDEX(bit)].effective & CAP_TO_MASK(bit)) != 0;
}

Result<void> require_net_raw() {
  if (has_capability(Capability::net_raw)) return {};
  return Error{
      .what = "no privilege to send probes: CAP_NET_RAW is missing",
      .fix =
          "start it as root, give it that capability (systemd: AmbientCapabilities=CAP_NET_RAW), or let its "
          "group use datagram ICMP (sysctl net.ipv4.ping_group_range)"};
}

}  // namespace trimtab::os
