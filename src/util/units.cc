#include "util/units.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace trimtab {
namespace {

struct Suffix {
  std::string_view text;
  double factor;
};

// A decimal number followed by one of the suffixes, and nothing else. No sign, no exponent, no space.
template <std::size_t N>
std::optional<double> parse_suffixed(std::string_view text, const std::array<Suffix, N>& suffixes) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || text.empty() || text.front() == '.' || text.size() > 32) return std::nullopt;
  const std::string_view number = text.substr(0, digits);
  const std::string_view unit = digits == std::string_view::npos ? "" : text.substr(digits);
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  for (const Suffix& suffix : suffixes) {
    if (suffix.text == unit) return value * suffix.factor;
  }
  return std::nullopt;
}

template <std::size_t N>
std::string format_suffixed(double value, const std::array<Suffix, N>& suffixes) {
  // The largest suffix in which the value is a whole number, else the smallest one with decimals.
  for (auto suffix = suffixes.rbegin(); suffix != suffixes.rend(); ++suffix) {
    const double scaled = value / suffix->factor;
    if (scaled >= 1 && scaled == std::floor(scaled)) return fmt::format("{}{}", scaled, suffix->text);
  }
  return fmt::format("{}{}", value / suffixes.front().factor, suffixes.front().text);
}

constexpr std::array<Suffix, 6> kDurations{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
constexpr std::array<Suffix, 4> kRates{{{"", 1}, {"k", 1e3}, {"M", 1e6}, {"G", 1e9}}};
constexpr std::array<Suffix, 1> kRatios{{{"%", 1}}};
constexpr std::array<Suffix, 4> kByteCounts{{{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}};

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  const auto value = parse_suffixed(text, kDurations);
  if (!value || *value > 10.0 * 365 * 86400 * 1e9) {
    return Error{fmt::format("\"{}\" is not a duration", text),
                 "write a number and ms, s, m or h, like \"15s\""};
  }
  return Duration{static_cast<Duration::rep>(std::llround(*value))};
}

std::string format_duration(Duration duration) {
  return duration.count() == 0 ? "0s" : format_suffixed(static_cast<double>(duration.count()), kDurations);
}

Result<Rate> parse_rate(std::string_view text) {
  const auto value = parse_suffixed(text, kRates);
  if (!value || *value < 1 || *value > 1e13) {
    return Error{fmt::format("\"{}\" is not a rate", text),
                 "write bits per second with k, M or G, like \"200M\""};
  }
  return Rate{static_cast<std::uint64_t>(std::llround(*value))};
}

std::string format_rate(Rate rate) {
  return format_suffixed(static_cast<double>(rate.bits_per_second), kRates);
}

Result<Ratio> parse_ratio(std::string_view text) {
  const auto value = parse_suffixed(text, kRatios);
  if (!value || *value > 100) {
    return Error{fmt::format("\"{}\" is not a percentage", text), "write 0% to 100%, like \"5%\""};
  }
  return Ratio{*value / 100.0};
}

std::string format_ratio(Ratio ratio) {
  // Six decimals of a per cent are far below anything measured and hide binary fractions (0.07 * 100).
  return fmt::format("{}%", std::round(ratio.percent() * 1e6) / 1e6);
}

Result<std::uint64_t> parse_byte_count(std::string_view text) {
  const auto value = parse_suffixed(text, kByteCounts);
  if (!value || *value > 9e15 || *value != std::floor(*value)) {
    return Error{fmt::format("\"{}\" is not a number of bytes", text),
                 "write B, kB, MB or GB, like \"50MB\""};
  }
  return static_cast<std::uint64_t>(*value);
}

std::string format_byte_count(std::uint64_t bytes) {
  return bytes == 0 ? "0B" : format_suffixed(static_cast<double>(bytes), kByteCounts);
}

}  // namespace trimtab
