// Actions into the kernel: one netlink request each (WireGuard: as many as its peers need).
#include <fmt/core.h>

#include <cerrno>

#include "cli/kernel.h"
#include "netlink/address.h"
#include "netlink/route.h"
#include "netlink/wireguard.h"

namespace trimtab::cli {
namespace {

std::optional<netlink::GreTunnel> tunnel(const std::optional<network::Gre>& gre) {
  if (!gre) return std::nullopt;
  return netlink::GreTunnel{gre->local, gre->remote, gre->ttl};
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

}  // namespace

Result<void> Kernel::carry_out(const network::CreateInterface& action) {
  const network::Interface& wanted = action.interface;
  const netlink::NewLink link{.name = wanted.name,
                              .kind = wanted.kind,
                              .group = network::kInterfaceGroup,
                              .mtu = wanted.mtu,
                              .gre = tunnel(wanted.gre)};
  auto made = tell(route_, netlink::create_link(link), fmt::format("create interface {}", wanted.name));
  if (!made && made.error().number == EOPNOTSUPP) {
    return Error{
        .what = fmt::format("cannot create interface {}: this kernel has no {}", wanted.name, wanted.kind),
        .fix = fmt::format("modprobe {}", wanted.kind == "gre" ? "ip_gre" : wanted.kind),
        .number = EOPNOTSUPP};
  }
  if (!made) return made;
  const netlink::LinkChange named{.name = wanted.name, .alias = wanted.alias};
  auto marked = tell(route_, netlink::change_link(named), fmt::format("name interface {}", wanted.name));
  // Without its mark nobody would know it for ours.
  if (!marked) (void)tell(route_, netlink::delete_link(wanted.name), "");
  return marked;
}

Result<void> Kernel::carry_out(const network::ChangeInterface& action) {
  const netlink::LinkChange change{
      .name = action.name, .mtu = action.mtu, .up = action.up, .gre = tunnel(action.gre)};
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
  return tell(route_, netlink::delete_link(action.name), fmt::format("delete interface {}", action.name));
}

Result<void> Kernel::carry_out(const network::AddAddress& action) {
  const auto index = index_of(action.address.interface);
  if (!index) return index.error();
  return tell(route_, netlink::add_address(*index, action.address.prefix),
              fmt::format("add address {} to {}", action.address.prefix.text(), action.address.interface));
}

Result<void> Kernel::carry_out(const network::DeleteAddress& action) {
  const auto index = index_of(action.address.interface);
  if (!index) return index.error();
  return tell(
      route_, netlink::delete_address(*index, action.address.prefix),
      fmt::format("delete address {} from {}", action.address.prefix.text(), action.address.interface));
}

Result<void> Kernel::carry_out(const network::AddRoute& action) {
  const auto index = index_of(action.route.interface);
  if (!index) return index.error();
  return tell(route_, netlink::add_route(action.route.to, *index, network::kRouteProtocol),
              fmt::format("add a route to {} over {}", action.route.to.text(), action.route.interface));
}

Result<void> Kernel::carry_out(const network::DeleteRoute& action) {
  const auto index = index_of(action.route.interface);
  if (!index) return index.error();
  return tell(route_, netlink::delete_route(action.route.to, *index, network::kRouteProtocol),
              fmt::format("delete the route to {} over {}", action.route.to.text(), action.route.interface));
}

Result<void> Kernel::carry_out(const network::ConfigureWireGuard& action) {
  const auto family = wireguard_family();
  if (!family) return family.error();
  netlink::DeviceChange change{
      .interface = std::string(network::kUnderlay), .private_key = action.private_key, .port = action.port};
  for (const network::PeerChange& peer : action.peers) change.peers.push_back(peer_change(peer));
  for (const netlink::Request& request : netlink::set_device(*family, change)) {
    auto told = tell(generic_, request, fmt::format("configure {}", network::kUnderlay));
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
