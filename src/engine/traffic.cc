#include "engine/traffic.h"

#include <chrono>
#include <cmath>

namespace trimtab::engine {
namespace {

// A link counts as saturated when load and RTT rose together: the load to at least the double and to more
// than a trickle, the RTT by more than noise does. Either alone proves nothing: a brownout raises the RTT
// without the load, a quick link carries the load without the RTT.
constexpr double kLoadRise = 2.0;
constexpr Rate kTrickle{1'000'000};
constexpr double kRttRise = 1.25;
constexpr Milliseconds kRttRiseFloor{5.0};
// One round's RTT may rise by accident while somebody makes a call; a full link stays full.
constexpr int kRoundsToBelieve = 2;

Rate rate_of(std::uint64_t bytes, Duration time) {
  const double seconds = std::chrono::duration<double>(time).count();
  return Rate{static_cast<std::uint64_t>(std::llround(8.0 * static_cast<double>(bytes) / seconds))};
}

}  // namespace

std::optional<OutgoingSample> Traffic::take(MonotonicTime now, int interface_index,
                                            const netlink::LinkCounters& counters,
                                            const RoundQuality& round) {
  const std::optional<Reading> before = std::exchange(last_, Reading{now, interface_index, counters});
  in_ = out_ = std::nullopt;
  if (!before || before->interface_index != interface_index || now <= before->at ||
      counters.rx_bytes < before->counters.rx_bytes || counters.tx_bytes < before->counters.tx_bytes) {
    return std::nullopt;
  }
  in_ = rate_of(counters.rx_bytes - before->counters.rx_bytes, now - before->at);
  out_ = rate_of(counters.tx_bytes - before->counters.tx_bytes, now - before->at);
  if (!round.complete || !round.rtt) return std::nullopt;
  return OutgoingSample{*out_, is_saturated(*out_, *round.rtt)};
}

bool Traffic::is_saturated(Rate rate, Milliseconds rtt) {
  if (unloaded_) {
    const bool load_rose =
        rate > kTrickle && static_cast<double>(rate.bits_per_second) >=
                               kLoadRise * static_cast<double>(unloaded_->rate.bits_per_second);
    const bool rtt_rose = rtt >= unloaded_->rtt * kRttRise && rtt >= unloaded_->rtt + kRttRiseFloor;
    if (load_rose && rtt_rose) return ++loaded_rounds_ >= kRoundsToBelieve;
  }
  loaded_rounds_ = 0;
  unloaded_ = Unloaded{rate, rtt};
  return false;
}

}  // namespace trimtab::engine
