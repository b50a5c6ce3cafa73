#include "engine/traffic.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace trimtab::engine {
namespace {

Rate rate_of(std::uint64_t bytes, Duration time) {
  const double seconds = std::chrono::duration<double>(time).count();
  return Rate{static_cast<std::uint64_t>(std::llround(8.0 * static_cast<double>(bytes) / seconds))};
}

}  // namespace

std::optional<controller::ThroughputSample> Traffic::take(MonotonicTime now, int interface_index,
                                                          const netlink::LinkCounters& counters,
                                                          bool complete) {
  const std::optional<Reading> before = std::exchange(last_, Reading{now, interface_index, counters});
  in_ = out_ = std::nullopt;
  if (!before || before->interface_index != interface_index || now <= before->at ||
      counters.rx_bytes < before->counters.rx_bytes || counters.tx_bytes < before->counters.tx_bytes) {
    return std::nullopt;
  }
  in_ = rate_of(counters.rx_bytes - before->counters.rx_bytes, now - before->at);
  out_ = rate_of(counters.tx_bytes - before->counters.tx_bytes, now - before->at);
  return controller::ThroughputSample{.arrived = complete ? out_ : std::nullopt,
                                      .load = std::max(*in_, *out_)};
}

}  // namespace trimtab::engine
