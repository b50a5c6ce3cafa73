// Actions into the kernel: one netlink request each (WireGuard: as many as its peers need).
#include <fmt/core.h>

#include <cerrno>

#include "cli/kernel.h"
#include "netlink/address.h"
#include "netlink/refusal.h"
#include "netlink/route.h"
#include "netlink/wireguard.h"

namespace trimtab::cli {
namespace {

std::optional<netlink::GreTunnel> tunnel(const std::optional<network::Gre>& gre) {
  if (!gre) return std::nullopt;
  return netlink::GreTunnel{gre->local, gre->remote, gre->ttl, gre->encapsulation_limit};
}

std::string module_of(const std::string& kind) {
  if (kind == "gre") return "ip_gre";
  return kind == "ip6gre" ? "ip6_gre" : kind;
}

netlink::PeerChange peer_change(const network::PeerChange& change) {
  netlink::PeerChange peer{.public_key = change.key.bytes,
                           .remove = change.remove,
                           .keepalive = change.keepalive,
                           .allowed = change.allowed};
  if (change.endpoint)
    peer.endpoint = netlink::SocketAddress{change.endpoint->address, change.endpoint->port};
  return peer;
}

Result<void> deleted(Result<void> answer) {
  if (!answer && netlink::means_gone(answer.error().number)) return {};
  return answer;
}

Error without_module(const network::Interface& wanted) {
  return {.what = fmt::format("cannot create interface {}: this kernel has no {}", wanted.name, wanted.kind),
          .fix = fmt::format("modprobe {}", module_of(wanted.kind)),
          .number = EOPNOTSUPP};
}

// The plan claims it by its name; between its creation and its alias its group tells the rest.
bool is_own(const netlink::Link& link) {
  const network::FoundInterface present{
      {.kind = link.kind, .alias = link.alias}, link.up, link.group, /*claimed=*/true};
  return present.is_own();
}

}  // namespace

Result<void> Kernel::carry_out(const network::CreateInterface& action) {
  const network::Interface& wanted = action.interface;
  const netlink::NewLink link{.name = wanted.name,
                              .kind = wanted.kind,
                              .group = network::kInterfaceGroup,
                              .mtu = wanted.mtu,
                              .gre = tunnel(wanted.gre)};
  auto made = tell(route_, netlink::create_link(link), fmt::format("create interface {}", wanted.name));
  if (!made && made.error().number == EOPNOTSUPP) return without_module(wanted);
  const bool existed = !made && made.error().number == EEXIST;
  if (existed) {
    const auto present = find_link(wanted.name);
    if (present && is_own(*present) && present->kind == wanted.kind) made = {};
  }
  if (!made) return made;
  const netlink::LinkChange named{.name = wanted.name, .alias = wanted.alias};
  auto marked = tell(route_, netlink::change_link(named), fmt::format("name interface {}", wanted.name));
  // Without its mark nobody would know it for ours.
  if (!marked && !existed) (void)tell(route_, netlink::delete_link(wanted.name), "");
  return marked;
}

Result<void> Kernel::carry_out(const network::ChangeInterface& action) {
  const netlink::LinkChange change{.name = action.name,
                                   .alias = action.alias,
                                   .mtu = action.mtu,
                                   .up = action.up,
                                   .gre = tunnel(action.gre)};
  auto changed = tell(route_, netlink::change_link(change), fmt::format("change interface {}", action.name));
  // WireGuard binds its port when it comes up.
  if (!changed && changed.error().number == EADDRINUSE) {
    return Error{.what = fmt::format("cannot bring {} up: another program has its UDP port", action.name),
                 .fix = "stop that program (ss -ulpn names it), or choose another port in the mesh file",
                 .number = EADDRINUSE};
  }
  return changed;
}

Result<void> Kernel::carry_out(const network::DeleteInterface& action) {
  const auto present = find_link(action.name);
  if (!present) return deleted(present.error());
  if (!is_own(*present)) {
    return Error{fmt::format("interface {} has become somebody else's and stays", action.name),
                 fmt::format("ip -details link show {} says whose", action.name)};
  }
  return deleted(
      tell(route_, netlink::delete_link(action.name), fmt::format("delete interface {}", action.name)));
}

Result<void> Kernel::carry_out(const network::AddAddress& action) {
  const auto index = index_of(action.address.interface);
  if (!index) return index.error();
  const auto added =
      tell(route_, netlink::add_address(*index, action.address.prefix),
           fmt::format("add address {} to {}", action.address.prefix.text(), action.address.interface));
  // The very address on the very interface: whoever made it, it is there.
  if (!added && added.error().number == EEXIST) return {};
  return added;
}

Result<void> Kernel::carry_out(const network::DeleteAddress& action) {
  const auto index = index_of(action.address.interface);
  if (!index) return deleted(index.error());
  return deleted(
      tell(route_, netlink::delete_address(*index, action.address.prefix),
           fmt::format("delete address {} from {}", action.address.prefix.text(), action.address.interface)));
}

Result<void> Kernel::carry_out(const network::AddRoute& action) {
  const auto index = index_of(action.route.interface);
  if (!index) return index.error();
  return tell(route_, netlink::add_route(action.route.to, *index, network::kRouteProtocol),
              fmt::format("add a route to {} over {}", action.route.to.text(), action.route.interface));
}

Result<void> Kernel::carry_out(const network::DeleteRoute& action) {
  const auto index = index_of(action.route.interface);
  if (!index) return deleted(index.error());
  return deleted(
      tell(route_, netlink::delete_route(action.route.to, *index, network::kRouteProtocol),
           fmt::format("delete the route to {} over {}", action.route.to.text(), action.route.interface)));
}

Result<void> Kernel::carry_out(const network::ConfigureWireGuard& action) {
  const auto family = wireguard_family();
  if (!family) return family.error();
  netlink::DeviceChange change{
      .interface = action.interface, .private_key = action.private_key, .port = action.port};
  for (const network::PeerChange& peer : action.peers) change.peers.push_back(peer_change(peer));
  for (const netlink::Request& request : netlink::set_device(*family, change)) {
    auto told = tell(generic_, request, fmt::format("configure {}", action.interface));
    if (!told && told.error().number == EADDRINUSE && action.port) {
      return Error{.what = fmt::format("UDP port {} is in use by another program", *action.port),
                   .fix = "give this site's endpoint another port in the mesh file, or stop that program",
                   .number = EADDRINUSE};
    }
    if (!told) return told;
  }
  return {};
}

}  // namespace trimtab::cli
