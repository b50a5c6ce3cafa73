#include "os/clock.h"

#include <ctime>

namespace trimtab::os {
namespace {

constexpr Duration kApart = std::chrono::microseconds{20};
constexpr int kTries = 4;

template <typename Time>
Time read(clockid_t clock) {
  timespec spec{};
  ::clock_gettime(clock, &spec);
  return Time{std::chrono::seconds{spec.tv_sec} + std::chrono::nanoseconds{spec.tv_nsec}};
}

}  // namespace

// We may lose the processor between two readings, which would look like a clock that moved.
Instant take_clocks() {
  Instant instant;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const auto before = read<MonotonicTime>(CLOCK_MONOTONIC);
    instant.wall = read<WallTime>(CLOCK_REALTIME);
    instant.monotonic = read<MonotonicTime>(CLOCK_MONOTONIC);
    if (instant.monotonic - before <= kApart) break;
  }
  return instant;
}

}  // namespace trimtab::os
