// Passive throughput of one link: interface counters in, rates and throughput samples out (specification §5,
// layer 2). Only bytes known to have arrived count: for the way out that is what was sent in a round of which
// every probe was answered, since the counter grows even towards a dead peer.
#pragma once

#include <optional>

#include "netlink/link.h"
#include "util/units.h"

namespace trimtab::engine {

struct RoundQuality {
  bool complete = false;            // every probe was answered
  std::optional<Milliseconds> rtt;  // median
};

struct OutgoingSample {
  Rate rate;
  bool saturated = false;
};

class Traffic {
 public:
  // The counters as they stand at the end of a round. A smaller counter than before (reset, wrap) or another
  // interface index (made anew) only starts a new measurement.
  std::optional<OutgoingSample> take(MonotonicTime now, int interface_index,
                                     const netlink::LinkCounters& counters, const RoundQuality& round);

  std::optional<Rate> in() const { return in_; }
  std::optional<Rate> out() const { return out_; }

 private:
  bool is_saturated(Rate rate, Milliseconds rtt);

  struct Reading {
    MonotonicTime at;
    int interface_index = 0;
    netlink::LinkCounters counters;
  };

  // The last round that the load did not slow down: what a saturated one is held against.
  struct Unloaded {
    Rate rate;
    Milliseconds rtt{0};
  };

  std::optional<Reading> last_;
  std::optional<Unloaded> unloaded_;
  int loaded_rounds_ = 0;  // in a row, that look saturated
  std::optional<Rate> in_, out_;
};

}  // namespace trimtab::engine
