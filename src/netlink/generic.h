// Generic netlink: the number that a family ("wireguard") got from this kernel.
#pragma once

#include <cstdint>
#include <string_view>

#include "netlink/message.h"

namespace trimtab::netlink {

// A request to a generic family starts with this header.
Request generic_request(std::uint16_t family, std::uint16_t flags, std::uint8_t command,
                        std::uint8_t version);

// Answered with ENOENT where the kernel has no such family.
Request find_family(std::string_view name);
Result<std::uint16_t> read_family(const Message& message);

}  // namespace trimtab::netlink
