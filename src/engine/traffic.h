// Passive throughput of one link: interface counters in, rates out (specification §5, layer 2). Only bytes
// known to have arrived say what a link can carry: for the way out that is what was sent in a round of which
// every probe was answered, since the counter grows even towards a dead peer.
#pragma once

#include <optional>

#include "controller/sample.h"
#include "netlink/link.h"
#include "util/units.h"

namespace trimtab::engine {

class Traffic {
 public:
  // The counters as they stand at the end of a round; `complete`: every probe of it was answered. A smaller
  // counter than before (reset, wrap) or another interface index (made anew) only starts a new measurement.
  std::optional<controller::ThroughputSample> take(MonotonicTime now, int interface_index,
                                                   const netlink::LinkCounters& counters, bool complete);
  // The same as a batch of quick probes has ended, since the latest call of either.
  std::optional<controller::ThroughputSample> take_quick(MonotonicTime now, int interface_index,
                                                         const netlink::LinkCounters& counters);

  std::optional<Rate> in() const { return in_; }
  std::optional<Rate> out() const { return out_; }

 private:
  struct Reading {
    MonotonicTime at;
    int interface_index = 0;
    netlink::LinkCounters counters;
  };

  struct Rates {
    Rate in, out;
  };
  static std::optional<Rates> rates(const std::optional<Reading>& before, const Reading& now);

  std::optional<Reading> last_, latest_;  // of a round; of any
  std::optional<Rate> in_, out_;
};

}  // namespace trimtab::engine
