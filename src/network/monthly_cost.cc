#include "network/monthly_cost.h"

#include "mesh/mtu.h"
#include "network/wanted.h"

namespace trimtab::network {
namespace {

constexpr double kMonthSeconds = 30.0 * 86'400;
constexpr std::uint64_t kProbePacket = 20 + 8 + 16;  // IPv4, ICMP echo, nonce
constexpr std::uint64_t kBfdPacket = 20 + 8 + 24;    // IPv4, UDP, BFD control
constexpr std::uint64_t kWireGuardBlock = 16;        // what is sealed is padded to whole blocks

std::uint64_t on_the_wire(std::uint64_t packet, mesh::Outer outer) {
  const std::uint64_t tunnelled = packet + static_cast<std::uint64_t>(mesh::gre_overhead(Family::ipv4));
  const std::uint64_t padded = (tunnelled + kWireGuardBlock - 1) / kWireGuardBlock * kWireGuardBlock;
  return padded + static_cast<std::uint64_t>(mesh::wireguard_overhead(outer));
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
  return 2 * on_the_wire(kProbePacket, outer);
}

std::vector<MonthlyCost> monthly_costs(const mesh::Mesh& mesh, mesh::SiteId self_id) {
  std::vector<MonthlyCost> costs;
  const mesh::Site& self = *mesh.find_site(self_id);
  for (const mesh::Link* link : mesh.links_of(self_id)) {
    const mesh::Site& peer = *mesh.find_site(link->peer(self_id).site);
    const Duration interval = link->metered ? mesh.tuning.metered_interval : mesh.tuning.interval;
    const double rounds = kMonthSeconds / std::chrono::duration<double>(interval).count();
    // Both ends probe.
    const double probes = rounds * mesh.tuning.probes * 2;
    const double bfd = kMonthSeconds * bfd_packets_per_second(link->bfd) * 2;
    const bool no_bfd = link->bfd == mesh::Bfd::off;
    costs.push_back(
        {peer.id,
         static_cast<std::uint64_t>(probes * static_cast<double>(probe_bytes(mesh, self_id, peer.id))),
         no_bfd ? 0
                : static_cast<std::uint64_t>(
                      bfd * static_cast<double>(on_the_wire(kBfdPacket, outer_towards(self, peer))))});
  }
  return costs;
}

}  // namespace trimtab::network
