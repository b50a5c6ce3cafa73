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
  const Reading reading{now, interface_index, counters};
  const auto found = rates(std::exchange(last_, reading), reading);
  latest_ = reading;
  in_ = found ? std::optional(found->in) : std::nullopt;
  out_ = found ? std::optional(found->out) : std::nullopt;
  if (!found) return std::nullopt;
  return controller::ThroughputSample{.arrived = complete ? out_ : std::nullopt,
                                      .load = std::max(found->in, found->out)};
}

std::optional<controller::ThroughputSample> Traffic::take_quick(MonotonicTime now, int interface_index,
                                                                const netlink::LinkCounters& counters) {
  if (latest_ && now - latest_->at < controller::ThroughputSample::kShortestQuick) return std::nullopt;
  const Reading reading{now, interface_index, counters};
  const auto found = rates(std::exchange(latest_, reading), reading);
  if (!found) return std::nullopt;
  return controller::ThroughputSample{.arrived = {}, .load = std::max(found->in, found->out), .quick = true};
}

std::optional<Traffic::Rates> Traffic::rates(const std::optional<Reading>& before, const Reading& now) {
  if (!before || before->interface_index != now.interface_index || now.at <= before->at ||
      now.counters.rx_bytes < before->counters.rx_bytes || now.counters.tx_bytes < before->counters.tx_bytes)
    return std::nullopt;
  return Rates{.in = rate_of(now.counters.rx_bytes - before->counters.rx_bytes, now.at - before->at),
               .out = rate_of(now.counters.tx_bytes - before->counters.tx_bytes, now.at - before->at)};
}

}  // namespace trimtab::engine
