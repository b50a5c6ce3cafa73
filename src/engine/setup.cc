#include "engine/setup.h"

#include <algorithm>

#include "mesh/mtu.h"
#include "network/monthly_cost.h"

namespace trimtab::engine {
namespace {

Duration interval_of(const mesh::Mesh& mesh, const mesh::Link& link) {
  return link.metered ? mesh.tuning.metered_interval : mesh.tuning.interval;
}

// Both ends probe: each has half of what the link may cost, and its rounds go on anyway. A day that begins
// within a round sees one more, and one more full-size probe of those that go with the rounds.
std::optional<probe::Budget> budget_of(const mesh::Mesh& mesh, const mesh::Link& link, mesh::SiteId self) {
  if (!link.budget_bytes_per_day) return std::nullopt;
  const Duration day = std::chrono::hours{24} + interval_of(mesh, link);
  const std::uint64_t full_size = network::full_size_probe_bytes(mesh, self, link);
  const double left = static_cast<double>(*link.budget_bytes_per_day) / 2 -
                      network::bytes_of_rounds(mesh, self, link, day) - static_cast<double>(full_size);
  return probe::Budget{.bytes_per_day = static_cast<std::uint64_t>(std::max(0.0, left)),
                       .probe_bytes = network::probe_bytes(mesh, self, link.peer(self).site),
                       .full_size_bytes = full_size,
                       .full_size_every = interval_of(mesh, link) * mesh::kRoundsPerFullSizeProbe};
}

}  // namespace

controller::Settings controller_settings(const mesh::Mesh& mesh) {
  return {.policy = mesh.policy, .tuning = mesh.tuning};
}

std::vector<controller::LinkSettings> controller_links(const mesh::Mesh& mesh, mesh::SiteId self) {
  std::vector<controller::LinkSettings> links;
  for (const mesh::Link* link : mesh.links_of(self)) {
    links.push_back({.neighbour = link->peer(self).site,
                     .bandwidth = link->bandwidth,
                     .bias = link->bias,
                     .interval = interval_of(mesh, *link)});
  }
  return links;
}

std::vector<probe::ProbedLink> probed_links(const mesh::Mesh& mesh, mesh::SiteId self) {
  std::vector<probe::ProbedLink> links;
  for (const mesh::Link* link : mesh.links_of(self)) {
    links.push_back({.neighbour = link->peer(self).site,
                     .peer = link->peer(self).address.front(),
                     .cadence = {.interval = interval_of(mesh, *link), .probes = mesh.tuning.probes},
                     .metered = link->metered,
                     .budget = budget_of(mesh, *link, self),
                     .mtu = link->mtu});
  }
  return links;
}

controller::Sample sample_of(const probe::Round& round) {
  controller::Sample sample{.quick = round.quick};
  for (const probe::Result& result : round.results) {
    switch (result.outcome) {
      case probe::Outcome::answered:
        sample.probes.push_back({controller::Outcome::answered, result.rtt});
        break;
      case probe::Outcome::late:
        sample.probes.push_back({controller::Outcome::late, {}});
        break;
      case probe::Outcome::lost:
        sample.probes.push_back({controller::Outcome::lost, {}});
        break;
      case probe::Outcome::unmeasured:
        break;
    }
  }
  return sample;
}

}  // namespace trimtab::engine
