// What measuring hands on: rounds of outcomes, and counts of everything that was seen and not believed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::probe {

// A link is named by the neighbour at its far end.
using mesh::SiteId;

enum class Outcome : std::uint8_t {
  answered,  // with an RTT
  late,      // received without a usable RTT: after the time-out, or a clock was set meanwhile
  lost,
  unmeasured,  // our own fault: not sent in time, or not sent at all. Says nothing about the link
};

struct Result {
  Outcome outcome = Outcome::unmeasured;
  Milliseconds rtt{0};  // only where answered
};

struct Round {
  SiteId link = 0;
  MonotonicTime started{};      // when its interval began
  std::vector<Result> results;  // in the order of their sending; as many as the link has probes in a round
  bool quick = false;           // a batch taken on suspicion, beside the rounds
};

// Since the link was added.
struct Counters {
  std::uint64_t sent = 0;
  std::uint64_t quick = 0;  // of them: on suspicion
  std::uint64_t answered = 0;
  std::uint64_t late = 0;          // received after the time-out, also after their round was handed on
  std::uint64_t lost = 0;          // without an answer in time; some of them came late
  std::uint64_t unmeasured = 0;    // with local_faults
  std::uint64_t local_faults = 0;  // refused by our own kernel
  std::uint64_t duplicates = 0;    // of an answer that was already counted
  std::uint64_t forged = 0;        // wrong nonce, source or sequence, or never asked for
  std::uint64_t malformed = 0;
  std::uint64_t errors = 0;       // ICMP errors about our requests
  std::uint64_t clock_steps = 0;  // answers whose RTT was dropped because a clock moved

  Counters& operator+=(const Counters& other);
};

}  // namespace trimtab::probe
