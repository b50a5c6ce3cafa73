// ICMP echo as both families have it: only the types and the checksum differ.
#pragma once

#include <algorithm>

#include "probe/octets.h"

namespace trimtab::probe {

constexpr std::size_t kIcmpHeader = 8;

// Without its checksum.
inline Bytes echo_message(std::uint8_t type, const EchoRequest& request) {
  Bytes message(kIcmpHeader, 0);
  message[0] = type;
  write_u16(message, 4, request.identifier);
  write_u16(message, 6, request.sequence);
  message.insert(message.end(), request.nonce.begin(), request.nonce.end());
  message.resize(kIcmpHeader + request.payload_bytes, 0);
  return message;
}

// `message` has at least an ICMP header, and the type of a reply.
inline Answer read_reply(const IpAddress& source, ByteSpan message) {
  if (message.size() < kIcmpHeader + kNonceBytes || message[1] != 0) return Foreign{};
  EchoReply reply{.source = source,
                  .identifier = read_u16(message, 4),
                  .sequence = read_u16(message, 6),
                  .payload_bytes = message.size() - kIcmpHeader};
  std::copy_n(message.begin() + kIcmpHeader, kNonceBytes, reply.nonce.begin());
  return reply;
}

// The same for a request.
inline Answer read_request(const IpAddress& source, ByteSpan message) {
  if (message.size() != kIcmpHeader + kNonceBytes || message[1] != 0) return Foreign{};
  return EchoAsked{.source = source, .sequence = read_u16(message, 6)};
}

}  // namespace trimtab::probe
