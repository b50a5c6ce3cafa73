// The kernel as `plan`, `up` and `down` see it: found state comes out, actions go in. Joins netlink/ (what is
// in the messages), os/ (how they get there) and network/ (what they are about).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "netlink/link.h"
#include "netlink/message.h"
#include "network/found.h"
#include "network/plan.h"
#include "os/netlink_socket.h"
#include "util/result.h"

namespace trimtab::cli {

class Kernel {
 public:
  // Needs CAP_NET_ADMIN: without it neither WireGuard nor nft tells anything.
  static Result<Kernel> open();

  // Asking has the kernel load its module, where it has one. Where it does not answer, nothing is known to be
  // lacking.
  bool lacks_wireguard();

  // All but the files, which are no part of the kernel. `wanted` and `memory` say which interfaces are ours
  // though they have no alias yet.
  Result<network::FoundState> read(const std::vector<network::Interface>& wanted,
                                   const network::Memory& memory);

  // What is there already, and ours, is made; what is not there is deleted: a run that was interrupted, or
  // somebody else, may have been quicker.
  Result<void> carry_out(const network::CreateInterface& action);
  Result<void> carry_out(const network::ChangeInterface& action);
  Result<void> carry_out(const network::DeleteInterface& action);
  Result<void> carry_out(const network::AddAddress& action);
  Result<void> carry_out(const network::DeleteAddress& action);
  Result<void> carry_out(const network::AddRoute& action);
  Result<void> carry_out(const network::DeleteRoute& action);
  Result<void> carry_out(const network::ConfigureWireGuard& action);

 private:
  using Messages = std::vector<netlink::Message>;

  Kernel(os::NetlinkSocket route, os::NetlinkSocket generic)
      : route_(std::move(route)), generic_(std::move(generic)) {}

  Result<Messages> ask(os::NetlinkSocket& socket, const netlink::Request& request);
  Result<void> tell(os::NetlinkSocket& socket, const netlink::Request& request, const std::string& attempt);
  Result<std::uint16_t> wireguard_family();
  Result<netlink::Link> find_link(const std::string& interface);
  Result<int> index_of(const std::string& interface);

  Result<std::vector<netlink::Link>> read_links(network::FoundState& found);
  Result<void> read_addresses(const std::vector<netlink::Link>& links, network::FoundState& found);
  Result<void> read_routes(const std::vector<netlink::Link>& links, network::FoundState& found);
  static Result<void> read_routes(const Messages& answer, const std::vector<netlink::Link>& links,
                                  network::FoundState& found);
  Result<void> read_wireguard(network::FoundState& found);

  os::NetlinkSocket route_;
  os::NetlinkSocket generic_;
  std::uint32_t sequence_ = 0;
  std::optional<std::uint16_t> wireguard_family_;
};

}  // namespace trimtab::cli
