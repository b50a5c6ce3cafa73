#include "sim/link_model.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace trimtab::sim {
namespace {

constexpr double kLowestSpike = 3, kHighestSpike = 10;  // times the RTT

// Traffic comes in bursts: ten full packets are served as one. Twice as many would let queues show at half
// the load already, half as many not before a link is nearly full.
constexpr double kBurst_bits = 10 * 1500 * 8;
// What routers of access links buffer; less would turn overload into loss alone.
constexpr double kBuffer_ms = 100;

// Box and Muller, 1958.
double normal(Rng& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * std::numbers::pi * random.unit());
}

template <typename What, typename Do>
void for_each(const LinkModel& link, Duration at, Do&& then) {
  for (const Behaviour& behaviour : link.behaviours) {
    const What* what = std::get_if<What>(&behaviour.what);
    if (what != nullptr && behaviour.holds(at)) then(*what, at - behaviour.from);
  }
}

bool out_of(const Outage& outage, Duration since) {
  return outage.every == Duration{0} || since % outage.every < outage.down;
}

void earlier(std::optional<Duration>& found, Duration turn, Duration at) {
  if (turn > at && turn < Duration::max() && (!found || turn < *found)) found = turn;
}

}  // namespace

Queue queue_of(double offered_mbit, Rate capacity) {
  const double load = offered_mbit / capacity.megabits();
  if (load >= 1) return {Milliseconds{kBuffer_ms}, Ratio{1 - 1 / load}};
  const double served_ms = kBurst_bits / static_cast<double>(capacity.bits_per_second) * 1000;
  return {Milliseconds{std::min(kBuffer_ms, served_ms * load / (1 - load))}, Ratio{0}};
}

Milliseconds level(const LinkModel& link, Duration at, const Queue& queues) {
  Milliseconds sum = link.rtt + queues.delay;
  if (link.behaviours.empty()) return sum;
  for_each<Brownout>(link, at, [&](const Brownout& brownout, Duration) { sum += brownout.added; });
  for_each<Diurnal>(link, at, [&](const Diurnal& diurnal, Duration since) {
    const double turn = std::chrono::duration<double>(since) / std::chrono::duration<double>(diurnal.period);
    sum += diurnal.added * (1 - std::cos(2 * std::numbers::pi * turn)) / 2;
  });
  return sum;
}

Ratio loss(const LinkModel& link, Duration at, const Queue& queues) {
  double arrives = 1 - queues.loss.value;
  for_each<Loss>(link, at, [&](const Loss& lossy, Duration) { arrives *= 1 - lossy.share.value; });
  return Ratio{1 - arrives};
}

bool out(const LinkModel& link, Duration at) {
  bool any = false;
  for_each<Outage>(link, at, [&](const Outage& outage, Duration since) { any |= out_of(outage, since); });
  return any;
}

std::optional<Duration> next_turn(const LinkModel& link, Duration at) {
  std::optional<Duration> found;
  for (const Behaviour& behaviour : link.behaviours) {
    const Outage* outage = std::get_if<Outage>(&behaviour.what);
    if (outage == nullptr || behaviour.to <= at) continue;
    earlier(found, behaviour.from, at);
    earlier(found, behaviour.to, at);
    if (outage->every == Duration{0}) continue;
    const Duration since = std::max(at - behaviour.from, Duration{0});
    const Duration cycle = behaviour.from + since / outage->every * outage->every;
    for (const Duration turn : {cycle + outage->down, cycle + outage->every}) {
      if (turn < behaviour.to) earlier(found, turn, at);
    }
  }
  return found;
}

std::optional<Milliseconds> answer(const LinkModel& link, Duration at, const Queue& queues, Rng& random) {
  double rtt = level(link, at, queues).count();
  if (!link.behaviours.empty() || queues.loss.value > 0) {
    if (out(link, at)) return std::nullopt;
    const double lost = loss(link, at, queues).value;
    if (lost > 0 && random.unit() < lost) return std::nullopt;
    for_each<Noise>(link, at,
                    [&](const Noise& noise, Duration) { rtt *= std::exp(noise.deviation * normal(random)); });
    for_each<Spikes>(link, at, [&](const Spikes& spikes, Duration) {
      if (random.unit() < spikes.share.value)
        rtt *= kLowestSpike + (kHighestSpike - kLowestSpike) * random.unit();
    });
  }
  return Milliseconds{rtt};
}

}  // namespace trimtab::sim
