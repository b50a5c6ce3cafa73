// IP addresses and prefixes of both families, as values. Text forms are the usual ones; host names are
// never looked up here.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace trimtab {

enum class Family : std::uint8_t { ipv4, ipv6 };

constexpr int address_bits(Family family) {
  return family == Family::ipv4 ? 32 : 128;
}

// Bytes in network order; an IPv4 address uses the first four and leaves the rest zero.
struct IpAddress {
  Family family = Family::ipv4;
  std::array<std::uint8_t, 16> bytes{};

  static IpAddress ipv4(std::uint32_t host_order);
  std::uint32_t ipv4_host_order() const;  // the family must be IPv4

  // The address `count` after this one; wraps at the end of the family's range.
  IpAddress plus(std::uint64_t count) const;

  std::size_t size() const { return family == Family::ipv4 ? 4 : 16; }
  std::string text() const;
  auto operator<=>(const IpAddress&) const = default;
};

Result<IpAddress> parse_address(std::string_view text);

struct Prefix {
  IpAddress address{};
  int length = 0;  // 0 … 32 or 128

  bool has_host_bits() const;
  IpAddress network() const;  // the address with the host bits cleared
  bool contains(const IpAddress& inner) const;
  bool contains(const Prefix& inner) const;
  bool overlaps(const Prefix& other) const { return contains(other) || other.contains(*this); }
  std::string text() const;
  auto operator<=>(const Prefix&) const = default;
};

// Those of one family, in their order.
std::vector<Prefix> of_family(const std::vector<Prefix>& prefixes, Family family);
// The first of a family; nothing where there is none.
const IpAddress* of_family(const std::vector<IpAddress>& addresses, Family family);
const Prefix* first_of_family(const std::vector<Prefix>& prefixes, Family family);

// "10.10.1.0/24". Host bits are kept: whether they are a mistake is the caller's to say.
Result<Prefix> parse_prefix(std::string_view text);

}  // namespace trimtab
