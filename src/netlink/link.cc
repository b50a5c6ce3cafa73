#include "netlink/link.h"

// <arpa/inet.h> first: the kernel's headers then leave in6_addr to the C library.
// The C library's <net/if.h> and the kernel's <linux/if.h> cannot both be included.
#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/ip6_tunnel.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace trimtab::netlink {
namespace {

constexpr std::string_view kGre = "gre", kGreOverIpv6 = "ip6gre";

std::optional<GreTunnel> read_gre(ByteSpan data, bool over_ipv6) {
  const auto read = read_attributes(data);
  if (!read) return std::nullopt;
  GreTunnel tunnel;
  if (const Attribute* local = find(*read, IFLA_GRE_LOCAL))
    tunnel.local = local->address().value_or(IpAddress{});
  if (const Attribute* remote = find(*read, IFLA_GRE_REMOTE))
    tunnel.remote = remote->address().value_or(IpAddress{});
  if (const Attribute* ttl = find(*read, IFLA_GRE_TTL)) tunnel.ttl = ttl->number<std::uint8_t>().value_or(0);
  if (over_ipv6) {
    const Attribute* flags = find(*read, IFLA_GRE_FLAGS);
    const std::uint32_t set = flags == nullptr ? 0 : flags->number<std::uint32_t>().value_or(0);
    tunnel.encapsulation_limit = (set & IP6_TNL_F_IGN_ENCAP_LIMIT) == 0;
  }
  return tunnel;
}

Result<void> read_kind(ByteSpan linkinfo, Link& link) {
  const auto read = read_attributes(linkinfo);
  if (!read) return read.error();
  if (const Attribute* kind = find(*read, IFLA_INFO_KIND)) link.kind = kind->text();
  const Attribute* data = find(*read, IFLA_INFO_DATA);
  if ((link.kind == kGre || link.kind == kGreOverIpv6) && data != nullptr)
    link.gre = read_gre(data->value, link.kind == kGreOverIpv6);
  return {};
}

std::optional<LinkCounters> read_counters(ByteSpan value) {
  rtnl_link_stats64 stats{};
  // Newer kernels append fields; older ones than the header's may have fewer, but never lose the first six.
  if (value.size() < offsetof(rtnl_link_stats64, multicast)) return std::nullopt;
  std::memcpy(&stats, value.data(), std::min(value.size(), sizeof stats));
  return LinkCounters{stats.rx_bytes,   stats.tx_bytes,   stats.rx_packets,
                      stats.tx_packets, stats.rx_dropped, stats.tx_dropped};
}

void write_gre(Request& request, const GreTunnel& tunnel) {
  const std::size_t info = request.open(IFLA_LINKINFO);
  const bool over_ipv6 = tunnel.local.family == Family::ipv6;
  request.text(IFLA_INFO_KIND, over_ipv6 ? kGreOverIpv6 : kGre);
  const std::size_t data = request.open(IFLA_INFO_DATA);
  request.attribute(IFLA_GRE_LOCAL, tunnel.local).attribute(IFLA_GRE_REMOTE, tunnel.remote);
  request.number<std::uint8_t>(IFLA_GRE_TTL, tunnel.ttl);
  if (over_ipv6) {
    request.number<std::uint32_t>(IFLA_GRE_FLAGS, tunnel.encapsulation_limit ? 0 : IP6_TNL_F_IGN_ENCAP_LIMIT);
  } else {
    // DF on the delivery header: the tunnel's MTU is chosen to fit, and what does not fit must be told, not
    // cut.
    request.number<std::uint8_t>(IFLA_GRE_PMTUDISC, 1);
  }
  request.close(data);
  request.close(info);
}

Request link_request(std::uint16_t type, std::uint16_t flags, std::string_view name,
                     const ifinfomsg& header) {
  Request request(type, flags);
  request.header(header);
  if (!name.empty()) request.text(IFLA_IFNAME, name);
  return request;
}

}  // namespace

Request dump_links() {
  Request request = link_request(RTM_GETLINK, NLM_F_DUMP, {}, ifinfomsg{});
  request.number<std::uint32_t>(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
  return request;
}

Request get_link(std::string_view name) {
  return link_request(RTM_GETLINK, 0, name, ifinfomsg{});
}

Result<std::optional<Link>> read_link(const Message& message) {
  if (message.type != RTM_NEWLINK) return std::optional<Link>{};
  ifinfomsg header{};
  const auto read = read_after(message.payload, header);
  if (!read) return read.error();
  Link link;
  link.index = header.ifi_index;
  link.up = (header.ifi_flags & IFF_UP) != 0;
  link.running = (header.ifi_flags & IFF_RUNNING) != 0;
  if (const Attribute* name = find(*read, IFLA_IFNAME)) link.name = name->text();
  if (const Attribute* alias = find(*read, IFLA_IFALIAS)) link.alias = alias->text();
  if (const Attribute* group = find(*read, IFLA_GROUP))
    link.group = group->number<std::uint32_t>().value_or(0);
  if (const Attribute* mtu = find(*read, IFLA_MTU)) link.mtu = mtu->number<int>().value_or(0);
  if (const Attribute* info = find(*read, IFLA_LINKINFO)) {
    if (const auto kind = read_kind(info->value, link); !kind) return kind.error();
  }
  if (const Attribute* stats = find(*read, IFLA_STATS64)) link.counters = read_counters(stats->value);
  return std::optional<Link>{std::move(link)};
}

Request create_link(const NewLink& link) {
  Request request = link_request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, link.name, ifinfomsg{});
  request.number<std::uint32_t>(IFLA_MTU, static_cast<std::uint32_t>(link.mtu));
  request.number<std::uint32_t>(IFLA_GROUP, link.group);
  if (link.gre) {
    write_gre(request, *link.gre);
  } else {
    const std::size_t info = request.open(IFLA_LINKINFO);
    request.text(IFLA_INFO_KIND, link.kind);
    request.close(info);
  }
  return request;
}

Request change_link(const LinkChange& change) {
  ifinfomsg header{};
  if (change.up) {
    header.ifi_change = IFF_UP;
    header.ifi_flags = *change.up ? IFF_UP : 0;
  }
  Request request = link_request(RTM_NEWLINK, 0, change.name, header);
  if (change.mtu) request.number<std::uint32_t>(IFLA_MTU, static_cast<std::uint32_t>(*change.mtu));
  if (change.alias) request.attribute(IFLA_IFALIAS, Bytes(change.alias->begin(), change.alias->end()));
  if (change.gre) write_gre(request, *change.gre);
  return request;
}

Request delete_link(std::string_view name) {
  return link_request(RTM_DELLINK, 0, name, ifinfomsg{});
}

}  // namespace trimtab::netlink
