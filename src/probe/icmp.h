// ICMP echo over IPv4 (RFC 792): encoding requests, and reading what a raw socket delivers, which may be
// anything that anybody cared to send. Whether an answer belongs to a probe is the ledger's to say.
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

// IPv4 header, ICMP header, nonce: what a probe costs inside the tunnel, in each direction.
constexpr std::size_t kEchoPacketBytes = 20 + 8 + kNonceBytes;

struct EchoRequest {
  std::uint16_t identifier = 0;  // of this process
  std::uint16_t sequence = 0;
  Nonce nonce{};
};

// The ICMP message without IP header, as a raw socket wants it.
Bytes encode(const EchoRequest& request);

struct EchoReply {
  IpAddress source;
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
  Nonce nonce{};
};

// A router's or the peer's "could not deliver" (destination unreachable, time exceeded, parameter problem)
// about an echo request. Routers quote at least eight bytes of it: enough for its numbers, not for the nonce,
// so an error is news for a person and never an outcome.
struct EchoError {
  IpAddress reporter;
  std::uint8_t type = 0;  // 3, 11, 12
  std::uint8_t code = 0;
  IpAddress destination;  // of the quoted request
  std::uint16_t identifier = 0;
  std::uint16_t sequence = 0;
};

// Well-formed, but none of the above: another message type, another protocol quoted, another payload size.
struct Foreign {};

struct Malformed {
  const char* why;  // "header length", "checksum", …; a constant
};

using Answer = std::variant<EchoReply, EchoError, Foreign, Malformed>;

// `packet` starts with the IPv4 header.
Answer decode(ByteSpan packet);

}  // namespace trimtab::probe
