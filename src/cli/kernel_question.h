// One question to the kernel over netlink and its whole answer. Joins netlink/ (what is in the messages) and
// os/ (how they get there).
#pragma once

#include <cstdint>
#include <vector>

#include "netlink/message.h"
#include "os/netlink_socket.h"
#include "util/result.h"

namespace trimtab::cli {

// `sequence` is counted up. A dump that the kernel's own changes interrupted is asked for again.
Result<std::vector<netlink::Message>> ask_kernel(os::NetlinkSocket& socket, const netlink::Request& request,
                                                 std::uint32_t& sequence);

}  // namespace trimtab::cli
