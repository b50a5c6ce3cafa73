#include "network/monthly_cost.h"

#include <cmath>

#include "mesh/mtu.h"
#include "network/wanted.h"

namespace trimtab::network {
namespace {

constexpr Duration kMonth = std::chrono::hours{30 * 24};
constexpr std::uint64_t kProbe = 8 + 16;       // ICMP echo, nonce
constexpr std::uint64_t kBfd = 8 + 24;         // UDP, BFD control
constexpr std::uint64_t kWireGuardBlock = 16;  // what is sealed is padded to whole blocks

// Probes and BFD run over IPv4 where links have it.
std::uint64_t ip_header(const mesh::Mesh& mesh) {
  return mesh.routes(Family::ipv4) ? 20 : 40;
}

std::uint64_t on_the_wire(const mesh::Mesh& mesh, std::uint64_t packet, mesh::Outer outer) {
  const std::uint64_t tunnelled = packet + static_cast<std::uint64_t>(mesh::gre_overhead(mesh.gre_family()));
  const std::uint64_t padded = (tunnelled + kWireGuardBlock - 1) / kWireGuardBlock * kWireGuardBlock;
  return padded + static_cast<std::uint64_t>(mesh::wireguard_overhead(outer));
}

std::uint64_t whole(double bytes) {
  return static_cast<std::uint64_t>(std::llround(bytes));
}

double bfd_packets_per_second(mesh::Bfd bfd) {
  switch (bfd) {
    case mesh::Bfd::fast:
      return 10;
    case mesh::Bfd::slow:
      return 1;
    case mesh::Bfd::off:
      return 0;
  }
  return 0;
}

}  // namespace

std::uint64_t probe_bytes(const mesh::Mesh& mesh, mesh::SiteId self, mesh::SiteId neighbour) {
  const mesh::Outer outer = outer_towards(*mesh.find_site(self), *mesh.find_site(neighbour));
  return 2 * on_the_wire(mesh, ip_header(mesh) + kProbe, outer);
}

std::uint64_t full_size_probe_bytes(const mesh::Mesh& mesh, mesh::SiteId self, const mesh::Link& link) {
  const mesh::Outer outer = outer_towards(*mesh.find_site(self), *mesh.find_site(link.peer(self).site));
  return 2 * on_the_wire(mesh, static_cast<std::uint64_t>(link.mtu), outer);
}

double bytes_of_rounds(const mesh::Mesh& mesh, mesh::SiteId self, const mesh::Link& link, Duration time) {
  const Duration interval = link.metered ? mesh.tuning.metered_interval : mesh.tuning.interval;
  const double rounds = std::chrono::duration<double>(time) / interval;
  const auto round = static_cast<double>(probe_bytes(mesh, self, link.peer(self).site)) * mesh.tuning.probes;
  const auto full_size = static_cast<double>(full_size_probe_bytes(mesh, self, link));
  return rounds * (round + full_size / mesh::kRoundsPerFullSizeProbe);
}

std::vector<MonthlyCost> monthly_costs(const mesh::Mesh& mesh, mesh::SiteId self_id) {
  std::vector<MonthlyCost> costs;
  const mesh::Site& self = *mesh.find_site(self_id);
  for (const mesh::Link* link : mesh.links_of(self_id)) {
    const mesh::Site& peer = *mesh.find_site(link->peer(self_id).site);
    // Both ends probe.
    const double probes = 2 * bytes_of_rounds(mesh, self_id, *link, kMonth);
    const double bfd = std::chrono::duration<double>(kMonth).count() * bfd_packets_per_second(link->bfd) * 2;
    const std::uint64_t bfd_packet = on_the_wire(mesh, ip_header(mesh) + kBfd, outer_towards(self, peer));
    costs.push_back({peer.id, whole(probes), whole(bfd * static_cast<double>(bfd_packet))});
  }
  return costs;
}

}  // namespace trimtab::network
