#include "cli/kernel_question.h"

#include "netlink/exchange.h"

namespace trimtab::cli {
namespace {

// A table that changes faster than it can be read eight times over is somebody's fault, not ours to wait for.
constexpr int kDumpAttempts = 8;

}  // namespace

Result<std::vector<netlink::Message>> ask_kernel(os::NetlinkSocket& socket, const netlink::Request& request,
                                                 std::uint32_t& sequence) {
  for (int attempt = 0; attempt < kDumpAttempts; ++attempt) {
    netlink::Exchange exchange(++sequence);
    if (const auto sent = socket.send(request.finish(sequence)); !sent) return sent.error();
    auto progress = netlink::Exchange::Progress::wanting;
    while (progress == netlink::Exchange::Progress::wanting) {
      const auto datagram = socket.receive();
      if (!datagram) return datagram.error();
      const auto taken = exchange.take(*datagram);
      if (!taken) return taken.error();
      progress = *taken;
    }
    if (progress == netlink::Exchange::Progress::complete) return exchange.take_messages();
  }
  return Error{"netlink: the table changes too fast to be read", "try again"};
}

}  // namespace trimtab::cli
