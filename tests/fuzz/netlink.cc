// Any datagrams from the kernel, each after its length in two bytes, as the answer to request 1: every reader
// gets along with each message, and a WireGuard device that was read is read the same from the request that
// would set it.
#include <linux/genetlink.h>

#include <algorithm>

#include "fuzz/input.h"
#include "netlink/address.h"
#include "netlink/exchange.h"
#include "netlink/generic.h"
#include "netlink/interface_table.h"
#include "netlink/link.h"
#include "netlink/route_questions.h"
#include "netlink/wireguard.h"

namespace trimtab::netlink {
namespace {

DeviceChange all_of(const WireGuardDevice& device) {
  DeviceChange change{.interface = device.name, .private_key = device.private_key, .port = device.port};
  for (const WireGuardPeer& peer : device.peers)
    change.peers.push_back({peer.public_key, false, peer.endpoint, peer.keepalive, peer.allowed});
  return change;
}

bool same(const WireGuardPeer& one, const WireGuardPeer& other) {
  return one.public_key == other.public_key && one.endpoint == other.endpoint &&
         one.keepalive == other.keepalive && one.allowed == other.allowed;
}

void write_and_read(const WireGuardDevice& device) {
  std::vector<Message> messages;
  for (const Request& request : set_device(1, all_of(device))) {
    const Bytes bytes = request.finish(1);
    messages.push_back({1, Bytes(bytes.begin() + sizeof(nlmsghdr), bytes.end())});
  }
  const auto again = read_device(messages);
  TRIMTAB_CHECK(again.ok() && again->name == device.name && again->private_key == device.private_key);
  TRIMTAB_CHECK(
      std::equal(again->peers.begin(), again->peers.end(), device.peers.begin(), device.peers.end(), same));
}

void understand(const std::vector<Message>& messages) {
  for (const Message& message : messages) {
    (void)read_link(message);
    (void)read_family(message);
    if (const auto route = read_route(message); route && *route) (void)(*route)->to.text();
    if (const auto address = read_address(message); address && *address) (void)(*address)->prefix.text();
  }
  if (const auto device = read_device(messages)) write_and_read(*device);
}

}  // namespace
}  // namespace trimtab::netlink

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  fuzz::Input input(data, size);
  MonotonicTime now{std::chrono::hours{1}};
  netlink::Exchange exchange(1);
  netlink::InterfaceTable table;
  (void)table.request(now);
  netlink::RouteQuestions ways;
  (void)ways.ask(7, *parse_address("192.0.2.1"));
  bool wanting = true;
  while (!input.empty()) {
    const auto datagram = input.take(input.number());
    for (const auto& counted : table.take(datagram).counters) TRIMTAB_CHECK(!counted.interface.name.empty());
    for (const auto& answer : ways.take(datagram)) {
      TRIMTAB_CHECK(answer.about == 7);
      if (const auto* route = std::get_if<netlink::Route>(&answer.way)) (void)route->to.text();
    }
    now += std::chrono::milliseconds{300};
    (void)table.request(now);
    if (!wanting) continue;
    const auto progress = exchange.take(datagram);
    wanting = progress && *progress == netlink::Exchange::Progress::wanting;
  }
  netlink::understand(exchange.take_messages());
  return 0;
}
