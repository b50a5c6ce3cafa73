#include "probe/icmp.h"

#include <algorithm>

#include "probe/echo.h"

namespace trimtab::probe {
namespace {

constexpr std::uint8_t kEchoReply = 0, kUnreachable = 3, kEchoRequest = 8, kTimeExceeded = 11,
                       kParameter = 12;
constexpr std::uint8_t kIcmp = 1;  // protocol number
constexpr std::size_t kShortestHeader = 20;

IpAddress read_address(ByteSpan bytes, std::size_t at) {
  IpAddress address;
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, address.bytes.begin());
  return address;
}

// RFC 1071; 0 over a message that carries its right checksum.
std::uint16_t checksum(ByteSpan bytes) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) sum += read_u16(bytes, at);
  if (bytes.size() % 2 == 1) sum += static_cast<std::uint64_t>(bytes.back()) << 8U;
  while (sum >> 16U != 0) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

// An IPv4 packet split at its header's end, or why it is none.
struct Split {
  const char* defect = nullptr;
  ByteSpan header, payload;
};

// `whole`: the packet must be there up to its own total length; a quoted one is cut by whoever quotes it.
Split split(ByteSpan packet, bool whole) {
  if (packet.size() < kShortestHeader) return {"shorter than an IP header"};
  if (packet[0] >> 4U != 4) return {"not IPv4"};
  const std::size_t header = (packet[0] & 0x0fU) * std::size_t{4};
  const std::size_t total = read_u16(packet, 2);
  if (header < kShortestHeader || header > packet.size()) return {"header length"};
  if (total < header || (whole && total > packet.size())) return {"total length"};
  const std::size_t end = std::min(total, packet.size());
  return {nullptr, packet.first(header), packet.subspan(header, end - header)};
}

Answer read_error(const IpAddress& reporter, ByteSpan message) {
  const Split quoted = split(message.subspan(kIcmpHeader), false);
  if (quoted.defect != nullptr) return Malformed{"quoted packet"};
  if (quoted.header[9] != kIcmp) return Foreign{};
  if (quoted.payload.size() < kIcmpHeader) return Malformed{"quoted packet"};
  if (quoted.payload[0] != kEchoRequest) return Foreign{};
  return EchoError{.reporter = reporter,
                   .type = message[0],
                   .code = message[1],
                   .destination = read_address(quoted.header, 16),
                   .identifier = read_u16(quoted.payload, 4),
                   .sequence = read_u16(quoted.payload, 6)};
}

}  // namespace

Bytes encode(const EchoRequest& request) {
  Bytes message = echo_message(kEchoRequest, request);
  write_u16(message, 2, checksum(message));
  return message;
}

Answer decode(ByteSpan packet) {
  const Split ip = split(packet, true);
  if (ip.defect != nullptr) return Malformed{ip.defect};
  if (ip.header[9] != kIcmp) return Foreign{};
  if ((read_u16(ip.header, 6) & 0x3fffU) != 0) return Malformed{"a fragment"};
  if (ip.payload.size() < kIcmpHeader) return Malformed{"shorter than an ICMP header"};
  if (checksum(ip.payload) != 0) return Malformed{"checksum"};
  const IpAddress source = read_address(ip.header, 12);
  switch (ip.payload[0]) {
    case kEchoReply:
      return read_reply(source, ip.payload);
    case kEchoRequest:
      return read_request(source, ip.payload);
    case kUnreachable:
    case kTimeExceeded:
    case kParameter:
      return read_error(source, ip.payload);
    default:
      return Foreign{};
  }
}

}  // namespace trimtab::probe
