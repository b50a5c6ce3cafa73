// Interface addresses (RTM_*ADDR). Interfaces are named by index here, as the kernel does.
#pragma once

#include <cstdint>
#include <optional>

#include "netlink/message.h"

namespace trimtab::netlink {

struct InterfaceAddress {
  int interface_index = 0;
  Prefix prefix;            // the interface's own address with the length of its subnet
  bool link_local = false;  // scope link: IPv6's own fe80::/10
};

Request dump_addresses();
Result<std::optional<InterfaceAddress>> read_address(const Message& message);
Request add_address(int interface_index, const Prefix& prefix);  // EEXIST where it is there
Request delete_address(int interface_index, const Prefix& prefix);

}  // namespace trimtab::netlink
