// What is simulated: sites, links, how each link behaves, who sends how much to whom.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "mesh/mesh.h"
#include "sim/link_model.h"
#include "sim/matrix.h"
#include "sim/path_vector.h"

namespace trimtab::sim {

struct SimulatedSite {
  std::string name;
  bool transit = true;
};

struct SimulatedLink {
  std::array<Site, 2> ends{};      // the lower one first
  std::array<LinkModel, 2> model;  // as seen from each end
  std::optional<Rate> bandwidth;   // what it carries, and what the controller is told that it does
  Milliseconds bias{0};
  bool metered = false;
  Duration notice = kFastBfd;  // how long an outage lasts before BFD ends the session

  static constexpr Duration kFastBfd = std::chrono::milliseconds{500};  // 5 × 100 ms
  static constexpr Duration kSlowBfd = std::chrono::seconds{3};         // 3 × 1 s
  static constexpr Duration kHoldTime = std::chrono::seconds{240};      // BGP's own: without BFD
};

// Which link joins two sites.
class LinkIndex {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  LinkIndex(std::size_t sites, const std::vector<SimulatedLink>& links);
  std::uint32_t between(Site one, Site other) const { return link_of_[one * sites_ + other]; }

 private:
  std::size_t sites_;
  std::vector<std::uint32_t> link_of_;
};

struct Demand {
  Site from = 0, to = 0;
  Rate rate;
};

struct Topology {
  std::vector<SimulatedSite> sites;  // in the order of ids
  std::vector<SimulatedLink> links;  // each pair once
  std::vector<Demand> demands;
  mesh::Policy policy = mesh::Policy::path;
  mesh::Tuning tuning;
};

// A mesh file says nothing of RTTs: every link has this one until a scenario says another.
inline constexpr Milliseconds kUnknownRtt{20};
Topology topology_of(const mesh::Mesh& mesh);

// A link for each pair with an RTT in either direction (the other one takes the same), or with `degree` for
// each pair of which one is among the `degree` nearest of the other. Sites are s1, s2, …
Topology topology_of(const Matrix& matrix, std::optional<std::size_t> degree);

}  // namespace trimtab::sim
