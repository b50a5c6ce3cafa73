#include "probe/icmp6.h"

#include <algorithm>

#include "probe/echo.h"

namespace trimtab::probe {
namespace {

constexpr std::uint8_t kFirstError = 1, kLastError = 4, kEchoRequest6 = 128, kEchoReply6 = 129;
constexpr std::uint8_t kIcmp6 = 58;  // next header
constexpr std::size_t kIpv6Header = 40;

// Our requests have no extension headers: what quotes one that has is about somebody else's.
Answer read_error6(const IpAddress& reporter, ByteSpan message) {
  const ByteSpan quoted = message.subspan(kIcmpHeader);
  if (quoted.size() < kIpv6Header || quoted[0] >> 4U != 6) return Malformed{"quoted packet"};
  if (quoted[6] != kIcmp6) return Foreign{};
  if (quoted.size() < kIpv6Header + kIcmpHeader) return Malformed{"quoted packet"};
  const ByteSpan request = quoted.subspan(kIpv6Header);
  if (request[0] != kEchoRequest6) return Foreign{};
  EchoError error{.reporter = reporter,
                  .type = message[0],
                  .code = message[1],
                  .destination = {Family::ipv6, {}},
                  .identifier = read_u16(request, 4),
                  .sequence = read_u16(request, 6)};
  std::copy_n(quoted.begin() + 24, 16, error.destination.bytes.begin());
  return error;
}

}  // namespace

Bytes encode_icmp6(const EchoRequest& request) {
  return echo_message(kEchoRequest6, request);
}

Answer decode_icmp6(const IpAddress& source, ByteSpan message) {
  if (message.size() < kIcmpHeader) return Malformed{"shorter than an ICMPv6 header"};
  const std::uint8_t type = message[0];
  if (type >= kFirstError && type <= kLastError) return read_error6(source, message);
  if (type == kEchoReply6) return read_reply(source, message);
  if (type == kEchoRequest6) return read_request(source, message);
  return Foreign{};
}

}  // namespace trimtab::probe
