// Units as types: an RTT in milliseconds never meets a microsecond, and a rate is never a count of bytes.
// Text forms are the mesh file's ("15s", "200M", "5%"); each format_ is read back by its parse_.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "util/result.h"

namespace trimtab {

using Duration = std::chrono::nanoseconds;
using Milliseconds = std::chrono::duration<double, std::milli>;

// The time that pure code is handed. It has no now(): only the edge (os/) reads a clock.
struct MonotonicClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonotonicClock>;
  static constexpr bool is_steady = true;
};
using MonotonicTime = MonotonicClock::time_point;

// Wall-clock time, for showing to people and for kernel packet stamps; never for deadlines.
struct WallClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
using WallTime = WallClock::time_point;

// Bits per second.
struct Rate {
  std::uint64_t bits_per_second = 0;

  double megabits() const { return static_cast<double>(bits_per_second) / 1e6; }
  auto operator<=>(const Rate&) const = default;
};

// A fraction, 0 … 1: loss of 5 % is Ratio{0.05}.
struct Ratio {
  double value = 0.0;

  double percent() const { return value * 100.0; }
  auto operator<=>(const Ratio&) const = default;
};

// Number and unit without space: "15s", "250ms", "2m", "1h". Not negative; at most ten years.
Result<Duration> parse_duration(std::string_view text);
std::string format_duration(Duration duration);

// SI suffixes k, M, G mean bit/s: "200M" = 200 Mbit/s, "1.5G". At least 1 bit/s, at most 10 Tbit/s.
Result<Rate> parse_rate(std::string_view text);
std::string format_rate(Rate rate);

// "5%", "0.5%". 0 … 100.
Result<Ratio> parse_ratio(std::string_view text);
std::string format_ratio(Ratio ratio);

// SI suffixes kB, MB, GB: "50MB" = 50,000,000 bytes. Whole bytes only.
Result<std::uint64_t> parse_byte_count(std::string_view text);
std::string format_byte_count(std::uint64_t bytes);

}  // namespace trimtab
