// ICMP echo over IPv4 (RFC 792; icmp6.h has IPv6's): encoding requests, and reading what a raw socket
// delivers, which may be anything that anybody cared to send. Whether an answer belongs to a probe is the
// ledger's to say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "util/address.h"

namespace trimtab::probe {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// Drawn anew for every probe: who has not seen the request cannot answer it.
constexpr std::size_t kNonceBytes = 16;
using Nonce = std::array<std::uint8_t, kNonceBytes>;

// IP header, ICMP header, nonce: what a probe costs inside the tunnel, in each direction.
constexpr std::size_t echo_packet_bytes(Family family) {
  return (family == Family::ipv4 ? 20 : 40) + 8 + kNonceBytes;
}

// What is left for the payload of an echo whose IP packet has so many bytes.
constexpr std::size_t echo_payload_bytes(Family family, std::size_t packet_bytes) {
  return packet_bytes - (echo_packet_bytes(family) - kNonceBytes);
}

struct EchoRequest {
  std::uint16_t identifier = 0;  // of this process
  std::uint16_t sequence = 0;
  Nonce nonce{};
  std::size_t payload_bytes = kNonceBytes;  // the nonce, and zeros after it
};

// The ICMP message without IP header, as a raw socket wants it.
Bytes encode(const EchoRequest& request);

struct EchoReply {
  IpAddress source;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  Nonce nonce{};
  std::size_t payload_bytes = kNonceBytes;  // at least that
};

// Somebody probes us with a small probe; our kernel answers.
struct EchoAsked {
  IpAddress source;
  std::uint16_t sequence = 0;
};

// A router's or the peer's "could not deliver" (destination unreachable, time exceeded, parameter problem)
// about an echo request. Routers quote at least eight bytes of it: enough for its numbers, not for the nonce,
// so an error is news for a person and never an outcome.
struct EchoError {
  IpAddress reporter;
  std::uint8_t type = 0;  // 3, 11, 12; over IPv6 1 to 4
  std::uint8_t code = 0;
  IpAddress destination;  // of the quoted request
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
};

// Well-formed, but none of the above: another message type, another protocol quoted, another payload size
// than a probe's.
struct Foreign {};

struct Malformed {
  const char* why;  // "header length", "checksum", …; a constant
};

using Answer = std::variant<EchoReply, EchoAsked, EchoError, Foreign, Malformed>;

// `packet` starts with the IPv4 header.
Answer decode(ByteSpan packet);

}  // namespace trimtab::probe
