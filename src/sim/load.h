// The traffic of a simulation: what the demands put on each link as the routes stand, what the queues make of
// it, and what the interfaces of both ends count.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "controller/sample.h"
#include "sim/topology.h"

namespace trimtab::sim {

class Load {
 public:
  // Both outlive it.
  Load(const Topology& topology, const LinkIndex& index);

  // Routes have changed.
  void follow(Duration now, const PathVector& network);

  // Of both directions, as they are.
  const Queue& queues(std::uint32_t link) const { return links_[link].queues; }

  // What went over the link since this end last asked. `complete`: every probe was answered meanwhile. Absent
  // where nobody sends anything.
  std::optional<controller::ThroughputSample> count(Duration now, std::uint32_t link, std::size_t end,
                                                    bool complete);
  // And since it last asked either way, as quick probes have ended.
  std::optional<controller::ThroughputSample> count_quickly(Duration now, std::uint32_t link,
                                                            std::size_t end);

 private:
  struct Direction {
    double offered = 0, carried = 0;  // Mbit/s
    double sent = 0, arrived = 0;     // Mbit, until `at`: what the two ends' interfaces count
  };
  struct Reading {
    Duration at{};
    double sent = 0, arrived = 0;
  };
  struct LinkLoad {
    std::array<Direction, 2> from;  // from each end
    Duration at{};
    Queue queues;
    std::array<Reading, 2> last, latest;  // of each end: of a round, and of any
  };

  static void advance(LinkLoad& link, Duration now);
  Reading read(Duration now, std::uint32_t link, std::size_t end);
  static std::optional<controller::ThroughputSample> rates(const Reading& now, const Reading& before);

  const Topology& topology_;
  const LinkIndex& index_;
  std::vector<LinkLoad> links_;
};

}  // namespace trimtab::sim
