// What the kernel is to let through to a probe socket, as a program for SO_ATTACH_FILTER.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "os/icmp_socket.h"

namespace trimtab::os {

// Of a raw IPv4 socket, which sees the IP header, and of a raw IPv6 one, which does not.
std::vector<sock_filter> icmp_filter(Family family, std::uint16_t identifier, const RequestFilter& requests);

}  // namespace trimtab::os
