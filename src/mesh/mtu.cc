#include "mesh/mtu.h"

#include <fmt/core.h>

#include <algorithm>

#include "util/check.h"

namespace trimtab::mesh {
namespace {

constexpr int kIpv4Header = 20;
constexpr int kIpv6Header = 40;
constexpr int kUdpHeader = 8;
// Type, receiver and counter 16, authentication tag 16.
constexpr int kWireGuard = 32;
constexpr int kWireGuardPadsTo = 16;
constexpr int kGreHeader = 4;

constexpr int kDefault = 1400;

int ip_header(bool ipv6) {
  return ipv6 ? kIpv6Header : kIpv4Header;
}

}  // namespace

int wireguard_overhead(Outer outer) {
  return ip_header(outer != Outer::ipv4) + kUdpHeader + kWireGuard;
}

int gre_overhead(std::optional<Family> gre) {
  return gre ? ip_header(*gre == Family::ipv6) + kGreHeader : 0;
}

int default_link_mtu(std::optional<Family> gre) {
  return gre ? kDefault : kDefault + gre_overhead(Family::ipv4);
}

int underlay_mtu(const Mesh& mesh, SiteId site) {
  const Site* self = mesh.find_site(site);
  TRIMTAB_CHECK(self != nullptr);
  Outer widest = Outer::ipv4;
  for (const Link* link : mesh.links_of(site)) {
    const Site* peer = mesh.find_site(link->peer(site).site);
    // Also where only this end is called over IPv6: WireGuard answers the way it was called.
    if (peer->outer != Outer::ipv4 || self->outer != Outer::ipv4) widest = Outer::any;
  }
  return self->wan_mtu - wireguard_overhead(widest);
}

int link_mtu_bound(int wan_mtu, Outer outer, std::optional<Family> gre) {
  return wan_mtu - wireguard_overhead(outer) - gre_overhead(gre);
}

MtuBound link_mtu_bound(const std::array<MtuEnd, 2>& ends, std::optional<Family> gre) {
  const auto underlay = [&](std::size_t end) {
    return ends[end].wan_mtu - wireguard_overhead(ends[end].peers);
  };
  MtuBound bound;
  bound.narrower = underlay(1) < underlay(0) ? 1 : 0;
  int fits = underlay(bound.narrower);
  for (std::size_t to = 0; gre && to < 2; ++to) {
    const int passes = ends[to].wan_mtu - wireguard_overhead(ends[to].outer);
    const int padded = passes - passes % kWireGuardPadsTo;
    if (underlay(1 - to) <= passes || padded >= fits) continue;
    bound.narrower = to;
    bound.padding = underlay(to) - padded;
    fits = padded;
  }
  bound.bytes = fits - gre_overhead(gre);
  return bound;
}

std::string link_mtu_sum(int wan_mtu, Outer outer, std::optional<Family> gre) {
  const bool ipv6_outside = outer != Outer::ipv4;
  std::string sum = fmt::format("{} (WAN) - {} (outer IPv{}) - {} (UDP) - {} (WireGuard)", wan_mtu,
                                ip_header(ipv6_outside), ipv6_outside ? 6 : 4, kUdpHeader, kWireGuard);
  if (gre) {
    const bool ipv6 = *gre == Family::ipv6;
    sum += fmt::format(" - {} (IPv{} delivery header) - {} (GRE)", ip_header(ipv6), ipv6 ? 6 : 4, kGreHeader);
  }
  return sum + fmt::format(" = {}", link_mtu_bound(wan_mtu, outer, gre));
}

}  // namespace trimtab::mesh
