#include "util/address.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "util/check.h"

namespace trimtab {
namespace {

int native_family(Family family) {
  return family == Family::ipv4 ? AF_INET : AF_INET6;
}

IpAddress masked(IpAddress address, int length) {
  for (int i = 0; i < static_cast<int>(address.bytes.size()); ++i) {
    const int kept_bits = std::clamp(length - 8 * i, 0, 8);
    address.bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept_bits);
  }
  return address;
}

}  // namespace

IpAddress IpAddress::ipv4(std::uint32_t host_order) {
  IpAddress address;
  for (std::size_t i = 0; i < 4; ++i)
    address.bytes[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
  return address;
}

std::uint32_t IpAddress::ipv4_host_order() const {
  TRIMTAB_CHECK(family == Family::ipv4);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[i];
  return value;
}

IpAddress IpAddress::plus(std::uint64_t count) const {
  IpAddress sum = *this;
  for (std::size_t i = size(); i-- > 0 && count > 0;) {
    count += sum.bytes[i];
    sum.bytes[i] = static_cast<std::uint8_t>(count & 0xff);
    count >>= 8;
  }
  return sum;
}

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  inet_ntop(native_family(family), bytes.data(), buffer, sizeof buffer);
  return buffer;
}

Result<IpAddress> parse_address(std::string_view text) {
  const std::string terminated(text.substr(0, INET6_ADDRSTRLEN));
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    IpAddress address{family, {}};
    if (terminated.size() == text.size() && terminated.find('\0') == std::string::npos &&
        inet_pton(native_family(family), terminated.c_str(), address.bytes.data()) == 1) {
      return address;
    }
  }
  return Error{fmt::format("\"{}\" is not an IP address", text),
               "write it like \"10.0.0.1\" or \"2001:db8::1\""};
}

bool Prefix::has_host_bits() const {
  return network() != address;
}

IpAddress Prefix::network() const {
  return masked(address, length);
}

bool Prefix::contains(const IpAddress& inner) const {
  return inner.family == address.family && masked(inner, length) == network();
}

bool Prefix::contains(const Prefix& inner) const {
  return inner.length >= length && contains(inner.address);
}

std::string Prefix::text() const {
  return fmt::format("{}/{}", address.text(), length);
}

std::vector<Prefix> of_family(const std::vector<Prefix>& prefixes, Family family) {
  std::vector<Prefix> found;
  std::copy_if(prefixes.begin(), prefixes.end(), std::back_inserter(found),
               [&](const Prefix& prefix) { return prefix.address.family == family; });
  return found;
}

const IpAddress* of_family(const std::vector<IpAddress>& addresses, Family family) {
  const auto found = std::find_if(addresses.begin(), addresses.end(),
                                  [&](const IpAddress& address) { return address.family == family; });
  return found == addresses.end() ? nullptr : &*found;
}

const Prefix* first_of_family(const std::vector<Prefix>& prefixes, Family family) {
  const auto found = std::find_if(prefixes.begin(), prefixes.end(),
                                  [&](const Prefix& prefix) { return prefix.address.family == family; });
  return found == prefixes.end() ? nullptr : &*found;
}

Result<Prefix> parse_prefix(std::string_view text) {
  const auto bad = [&] {
    return Error{fmt::format("\"{}\" is not a prefix", text), "write it like \"10.10.1.0/24\""};
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return bad();
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  int length = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  const bool canonical = digits.size() == 1 || (!digits.empty() && digits.front() != '0');
  if (!address || error != std::errc{} || end != digits.data() + digits.size() || !canonical || length < 0 ||
      length > address_bits(address->family)) {
    return bad();
  }
  return Prefix{*address, length};
}

}  // namespace trimtab
