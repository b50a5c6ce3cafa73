// The simulated clock, as the parts that the daemon has too are told it.
#pragma once

#include <chrono>

#include "util/units.h"

namespace trimtab::sim {

// Not 0: a daemon's machine has been running for a while, too.
constexpr MonotonicTime kStart{std::chrono::hours{1}};

constexpr MonotonicTime clock_at(Duration since_start) {
  return kStart + since_start;
}

}  // namespace trimtab::sim
