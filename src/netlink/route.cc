#include "netlink/route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace trimtab::netlink {
namespace {

std::uint8_t native_family(Family family) {
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

Request own_route(std::uint16_t type, std::uint16_t flags, const Prefix& to, int interface_index,
                  std::uint8_t protocol) {
  rtmsg header{};
  header.rtm_family = native_family(to.address.family);
  header.rtm_dst_len = static_cast<std::uint8_t>(to.length);
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = protocol;
  header.rtm_scope = RT_SCOPE_LINK;
  header.rtm_type = RTN_UNICAST;
  Request request(type, flags);
  request.header(header).attribute(RTA_DST, to.network());
  request.number<std::uint32_t>(RTA_OIF, static_cast<std::uint32_t>(interface_index));
  return request;
}

}  // namespace

Request dump_routes(Family family) {
  rtmsg header{};
  header.rtm_family = native_family(family);
  Request request(RTM_GETROUTE, NLM_F_DUMP);
  request.header(header);
  return request;
}

Request find_route(const IpAddress& destination, const std::optional<Arrival>& arrival) {
  rtmsg header{};
  header.rtm_family = native_family(destination.family);
  header.rtm_dst_len = static_cast<std::uint8_t>(address_bits(destination.family));
  header.rtm_flags = RTM_F_LOOKUP_TABLE | RTM_F_FIB_MATCH;
  if (arrival) header.rtm_src_len = header.rtm_dst_len;
  Request request(RTM_GETROUTE, 0);
  request.header(header).attribute(RTA_DST, destination);
  if (arrival) {
    request.attribute(RTA_SRC, arrival->source)
        .number(RTA_IIF, static_cast<std::uint32_t>(arrival->interface_index));
  }
  return request;
}

std::optional<NoWay> no_way(int error_number) {
  switch (error_number) {
    case ENETUNREACH:
      return NoWay::no_route;
    case EINVAL:
      return NoWay::blackhole;
    case EHOSTUNREACH:
      return NoWay::unreachable;
    case EACCES:
      return NoWay::prohibit;
    case EXDEV:
      return NoWay::reverse_path;
    default:
      return std::nullopt;
  }
}

bool leads_here(const Route& route) {
  return route.type == RTN_LOCAL;
}

Result<std::optional<Route>> read_route(const Message& message) {
  if (message.type != RTM_NEWROUTE) return std::optional<Route>{};
  rtmsg header{};
  const auto read = read_after(message.payload, header);
  if (!read) return read.error();
  // Local and broadcast entries are the kernel's shadow of addresses; cloned ones are its cache.
  const bool counts = header.rtm_family == AF_INET || header.rtm_family == AF_INET6;
  if (!counts || (header.rtm_flags & RTM_F_CLONED) != 0) return std::optional<Route>{};

  const Family family = header.rtm_family == AF_INET ? Family::ipv4 : Family::ipv6;
  Route route{.to = {IpAddress{family, {}}, header.rtm_dst_len},
              .type = header.rtm_type,
              .protocol = header.rtm_protocol,
              .table = header.rtm_table};
  if (const Attribute* to = find(*read, RTA_DST)) {
    const auto address = to->address();
    if (!address || address->family != family)
      return Error{"netlink: a route message without a valid destination"};
    route.to.address = *address;
  }
  if (route.to.length > address_bits(family))
    return Error{"netlink: a route's prefix is longer than its address"};
  if (const Attribute* oif = find(*read, RTA_OIF)) route.interface_index = oif->number<int>().value_or(0);
  if (const Attribute* gateway = find(*read, RTA_GATEWAY)) route.gateway = gateway->address();
  if (const Attribute* metric = find(*read, RTA_PRIORITY))
    route.metric = metric->number<std::uint32_t>().value_or(0);
  if (const Attribute* table = find(*read, RTA_TABLE)) {
    route.table = table->number<std::uint32_t>().value_or(route.table);
  }
  return std::optional<Route>{route};
}

Request add_route(const Prefix& to, int interface_index, std::uint8_t protocol) {
  return own_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, to, interface_index, protocol);
}

Request delete_route(const Prefix& to, int interface_index, std::uint8_t protocol) {
  return own_route(RTM_DELROUTE, 0, to, interface_index, protocol);
}

}  // namespace trimtab::netlink
