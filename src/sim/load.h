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

  // Of both directions, as they are, and as they were a little while ago.
  const Queue& queues(std::uint32_t link) const { return links_[link].queues; }
  const Queue& queues(std::uint32_t link, Duration at) const {
    const LinkLoad& load = links_[link];
    return at < load.changed_at ? load.queues_before : load.queues;
  }

  // What went over the link since this end last asked. `complete`: every probe was answered meanwhile. Absent
  // the first time, and where nobody sends anything.
  std::optional<controller::ThroughputSample> count(Duration now, std::uint32_t link, std::size_t end,
                                                    bool complete);

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
    Queue queues, queues_before;
    Duration changed_at{};
    std::array<std::optional<Reading>, 2> last;  // of each end
  };

  static void advance(LinkLoad& link, Duration now);
  static void set_queues(Duration now, LinkLoad& link, const Queue& queues);

  const Topology& topology_;
  const LinkIndex& index_;
  std::vector<LinkLoad> links_;
};

}  // namespace trimtab::sim
