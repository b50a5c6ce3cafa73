#include "sim/topology.h"

#include <algorithm>

namespace trimtab::sim {
namespace {

Site index_of(const mesh::Mesh& mesh, mesh::SiteId id) {
  const auto found =
      std::lower_bound(mesh.sites.begin(), mesh.sites.end(), id,
                       [](const mesh::Site& site, mesh::SiteId wanted) { return site.id < wanted; });
  return static_cast<Site>(found - mesh.sites.begin());
}

Duration notice_of(mesh::Bfd bfd) {
  switch (bfd) {
    case mesh::Bfd::fast:
      return SimulatedLink::kFastBfd;
    case mesh::Bfd::slow:
      return SimulatedLink::kSlowBfd;
    case mesh::Bfd::off:
      break;
  }
  return SimulatedLink::kHoldTime;
}

std::vector<bool> nearest_pairs(const Matrix& matrix, std::size_t degree) {
  const std::size_t hosts = matrix.hosts();
  std::vector<bool> linked(hosts * hosts, false);
  for (std::size_t from = 0; from < hosts; ++from) {
    std::vector<std::pair<Milliseconds, std::size_t>> others;
    for (std::size_t to = 0; to < hosts; ++to) {
      if (const auto rtt = matrix.rtt(from, to)) others.emplace_back(*rtt, to);
    }
    std::sort(others.begin(), others.end());
    others.resize(std::min(others.size(), degree));
    for (const auto& [rtt, to] : others) linked[from * hosts + to] = linked[to * hosts + from] = true;
  }
  return linked;
}

}  // namespace

LinkIndex::LinkIndex(std::size_t sites, const std::vector<SimulatedLink>& links)
    : sites_(sites), link_of_(sites * sites, kNone) {
  for (std::uint32_t link = 0; link < links.size(); ++link) {
    const auto& [one, other] = links[link].ends;
    link_of_[one * sites + other] = link_of_[other * sites + one] = link;
  }
}

Topology topology_of(const mesh::Mesh& mesh) {
  Topology topology{.policy = mesh.policy, .tuning = mesh.tuning};
  for (const mesh::Site& site : mesh.sites) topology.sites.push_back({site.name, site.transit});
  for (const mesh::Link& link : mesh.links) {
    topology.links.push_back({.ends = {index_of(mesh, link.ends[0].site), index_of(mesh, link.ends[1].site)},
                              .model = {LinkModel{.rtt = kUnknownRtt}, LinkModel{.rtt = kUnknownRtt}},
                              .bandwidth = link.bandwidth,
                              .bias = link.bias,
                              .metered = link.metered,
                              .notice = notice_of(link.bfd)});
  }
  return topology;
}

Topology topology_of(const Matrix& matrix, std::optional<std::size_t> degree) {
  const std::size_t hosts = matrix.hosts();
  const auto linked = nearest_pairs(matrix, degree.value_or(hosts));
  Topology topology;
  for (std::size_t one = 0; one < hosts; ++one) {
    topology.sites.push_back({.name = "s" + std::to_string(one + 1)});
    for (std::size_t other = one + 1; other < hosts; ++other) {
      if (!linked[one * hosts + other]) continue;
      const auto forth = matrix.rtt(one, other), back = matrix.rtt(other, one);
      topology.links.push_back(
          {.ends = {static_cast<Site>(one), static_cast<Site>(other)},
           .model = {LinkModel{.rtt = forth ? *forth : *back}, LinkModel{.rtt = back ? *back : *forth}}});
    }
  }
  return topology;
}

}  // namespace trimtab::sim
