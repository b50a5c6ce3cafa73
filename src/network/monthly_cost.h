// What it costs to watch a link, before a byte of it is sent: probes and BFD as they cross the WAN.
#pragma once

#include <cstdint>
#include <vector>

#include "mesh/mesh.h"

namespace trimtab::network {

// Bytes in thirty days over this site's WAN, both directions and both ends' probes, with every header on the
// way (outer IP, UDP, WireGuard and its padding, GRE).
struct MonthlyCost {
  mesh::SiteId neighbour = 0;
  std::uint64_t probe_bytes = 0;
  std::uint64_t bfd_bytes = 0;

  std::uint64_t bytes() const { return probe_bytes + bfd_bytes; }
};

// Bytes of one small probe and its answer over this site's WAN.
std::uint64_t probe_bytes(const mesh::Mesh& mesh, mesh::SiteId self, mesh::SiteId neighbour);

// The same of a probe as long as the link's MTU.
std::uint64_t full_size_probe_bytes(const mesh::Mesh& mesh, mesh::SiteId self, const mesh::Link& link);

// Bytes in so long of what one end always sends over that link, and its answers: rounds, and the full-size
// probe that goes with every mesh::kRoundsPerFullSizeProbe of them while it is answered.
double bytes_of_rounds(const mesh::Mesh& mesh, mesh::SiteId self, const mesh::Link& link, Duration time);

// Of each of the site's links, by the neighbour's id.
std::vector<MonthlyCost> monthly_costs(const mesh::Mesh& mesh, mesh::SiteId self);

}  // namespace trimtab::network
