// Found state out of the kernel: dumps of links, addresses and routes, wg0, settings, nft's table.
#include <fmt/core.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <map>

#include "cli/kernel.h"
#include "cli/nft.h"
#include "netlink/address.h"
#include "netlink/route.h"
#include "netlink/wireguard.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

std::string name_of(int index, const std::vector<netlink::Link>& links) {
  for (const netlink::Link& link : links) {
    if (link.index == index) return link.name;
  }
  return {};
}

network::FoundInterface found_interface(const netlink::Link& link) {
  network::FoundInterface found{
      {.name = link.name, .kind = link.kind, .alias = link.alias, .mtu = link.mtu}, link.up, link.group};
  if (link.gre) {
    found.interface.gre =
        network::Gre{link.gre->local, link.gre->remote, link.gre->ttl, link.gre->encapsulation_limit};
  }
  return found;
}

network::FoundPeer found_peer(const netlink::WireGuardPeer& peer) {
  network::FoundPeer found{.key = {peer.public_key}, .allowed = peer.allowed, .keepalive = peer.keepalive};
  if (peer.endpoint) found.endpoint = network::SocketAddress{peer.endpoint->address, peer.endpoint->port};
  return found;
}

// Every setting that a plan may want to change, or that changes along with one.
std::map<std::string, std::string> read_sysctls() {
  std::map<std::string, std::string> values;
  for (const char* setting : {"rp_filter", "forwarding"})
    values.merge(os::read_interface_sysctls(Family::ipv4, setting));
  for (const char* setting : {"forwarding", "accept_ra", "disable_ipv6"})
    values.merge(os::read_interface_sysctls(Family::ipv6, setting));
  for (const char* path :
       {"net/ipv4/ip_forward", "net/ipv4/conf/all/accept_redirects", "net/ipv4/conf/all/send_redirects"}) {
    if (auto value = os::read_sysctl(path)) values[path] = *std::move(value);
  }
  return values;
}

}  // namespace

Result<std::vector<netlink::Link>> Kernel::read_links(network::FoundState& found) {
  const auto answer = ask(route_, netlink::dump_links());
  if (!answer) return answer.error();
  std::vector<netlink::Link> links;
  for (const netlink::Message& message : *answer) {
    auto link = netlink::read_link(message);
    if (!link) return link.error();
    if (!*link) continue;
    found.interfaces.push_back(found_interface(**link));
    links.push_back(**std::move(link));
  }
  return links;
}

Result<void> Kernel::read_addresses(const std::vector<netlink::Link>& links, network::FoundState& found) {
  const auto answer = ask(route_, netlink::dump_addresses());
  if (!answer) return answer.error();
  for (const netlink::Message& message : *answer) {
    const auto address = netlink::read_address(message);
    if (!address) return address.error();
    if (!*address) continue;
    const bool by_kernel = (*address)->link_local && (*address)->prefix.address.family == Family::ipv6;
    found.addresses.push_back({{name_of((*address)->interface_index, links), (*address)->prefix}, by_kernel});
  }
  return {};
}

Result<void> Kernel::read_routes(const std::vector<netlink::Link>& links, network::FoundState& found) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto answer = ask(route_, netlink::dump_routes(family));
    // A kernel without IPv6 has no routes of it.
    if (!answer && family == Family::ipv6 && answer.error().number == EOPNOTSUPP) continue;
    if (!answer) return answer.error();
    if (const auto read = read_routes(*answer, links, found); !read) return read;
  }
  return {};
}

Result<void> Kernel::read_routes(const Messages& answer, const std::vector<netlink::Link>& links,
                                 network::FoundState& found) {
  for (const netlink::Message& message : answer) {
    const auto route = netlink::read_route(message);
    if (!route) return route.error();
    if (!*route || (*route)->table != RT_TABLE_MAIN) continue;
    found.routes.push_back(
        {(*route)->to, name_of((*route)->interface_index, links), (*route)->protocol, (*route)->metric});
  }
  return {};
}

// Of our own interfaces alone: the keys of others are nobody's business.
Result<void> Kernel::read_wireguard(network::FoundState& found) {
  for (const network::FoundInterface& present : found.interfaces) {
    const std::string& name = present.interface.name;
    if (present.interface.kind != "wireguard" || !present.is_own()) continue;
    const auto family = wireguard_family();
    if (!family) return family.error();
    const auto answer = ask(generic_, netlink::get_device(*family, name));
    if (!answer) return Error{fmt::format("cannot read {}: {}", name, answer.error().what)};
    const auto device = netlink::read_device(*answer);
    if (!device) return device.error();
    network::FoundWireGuard wireguard{.private_key = device->private_key, .port = device->port};
    for (const netlink::WireGuardPeer& peer : device->peers) wireguard.peers.push_back(found_peer(peer));
    found.wireguard[name] = std::move(wireguard);
  }
  return {};
}

Result<network::FoundState> Kernel::read(const std::vector<network::Interface>& wanted,
                                         const network::Memory& memory) {
  network::FoundState found;
  const auto links = read_links(found);
  if (!links) return links.error();
  for (network::FoundInterface& present : found.interfaces)
    present.claimed = network::is_claimed(present.interface, wanted, memory);
  if (const auto done = read_addresses(*links, found); !done) return done.error();
  if (const auto done = read_routes(*links, found); !done) return done.error();
  if (const auto done = read_wireguard(found); !done) return done.error();
  found.sysctls = read_sysctls();
  auto listing = list_table();
  if (!listing) return listing.error();
  found.table_listing = *std::move(listing);
  return found;
}

}  // namespace trimtab::cli
