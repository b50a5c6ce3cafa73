// How a link behaves: what a probe that is sent over it now would see. Behaviours are functions of the time
// since the start and of a seeded source of chance; nothing here remembers anything.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "util/rng.h"
#include "util/units.h"

namespace trimtab::sim {

// RTT × e^(deviation·n), n standard normal: log-normal, and the median stays what it was.
struct Noise {
  double deviation = 0;
};
// This share of probes sees 3 to 10 times the RTT.
struct Spikes {
  Ratio share;
};
struct Brownout {
  Milliseconds added{0};
};
// From nothing to `added` in the middle of each period, and back, as a cosine.
struct Diurnal {
  Milliseconds added{0};
  Duration period = std::chrono::hours{24};
};
// Nothing arrives: all the time, or for the first `down` of every `every`.
struct Outage {
  Duration down{}, every{};  // both 0: all the time
};
struct Loss {
  Ratio share;
};

struct Behaviour {
  Duration from{}, to = Duration::max();  // since the start; `to` is after the end
  std::variant<Noise, Spikes, Brownout, Diurnal, Outage, Loss> what;

  bool holds(Duration at) const { return at >= from && at < to; }
};

// What a router's queue does to traffic: M/M/1 until its buffer is full, and what does not fit is lost.
struct Queue {
  Milliseconds delay{0};
  Ratio loss;
};
Queue queue_of(double offered_mbit, Rate capacity);

struct LinkModel {
  Milliseconds rtt{0};  // undisturbed
  std::vector<Behaviour> behaviours;
};

// What the median probe sees, the queues of both directions included.
Milliseconds level(const LinkModel& link, Duration at, const Queue& queues);
Ratio loss(const LinkModel& link, Duration at, const Queue& queues);
bool out(const LinkModel& link, Duration at);
// When an outage next begins or ends, after `at`; absent: never again.
std::optional<Duration> next_turn(const LinkModel& link, Duration at);

// After what time a probe that is sent now is answered; absent: it is lost.
std::optional<Milliseconds> answer(const LinkModel& link, Duration at, const Queue& queues, Rng& random);

}  // namespace trimtab::sim
