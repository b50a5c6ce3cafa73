#include "packets.h"

#include <algorithm>

namespace trimtab::probe::testing {
namespace {

std::uint16_t sum_of(const Bytes& bytes, std::size_t from) {
  std::uint32_t sum = 0;
  for (std::size_t at = from; at < bytes.size(); ++at) {
    sum += (at - from) % 2 == 0 ? static_cast<std::uint32_t>(bytes[at]) << 8U : bytes[at];
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

void put_u16(Bytes& bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U & 0xffU);
  bytes[at + 1] = static_cast<std::uint8_t>(value & 0xffU);
}

void put_checksum(Bytes& bytes, std::size_t icmp) {
  put_u16(bytes, icmp + 2, 0);
  put_u16(bytes, icmp + 2, sum_of(bytes, icmp));
}

}  // namespace

Bytes ip_packet(const Ip& ip, const Bytes& payload) {
  const std::size_t header = 20 + ip.option_bytes;
  Bytes packet(header, 0);
  packet[0] = static_cast<std::uint8_t>(0x40U + header / 4);
  put_u16(packet, 2, header + payload.size());
  packet[8] = 64;
  packet[9] = ip.protocol;
  std::copy_n(ip.source.bytes.begin(), 4, packet.begin() + 12);
  std::copy_n(ip.destination.bytes.begin(), 4, packet.begin() + 16);
  std::fill_n(packet.begin() + 20, ip.option_bytes, std::uint8_t{1});  // "no operation"
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

Bytes reply_to(const Bytes& request, const Ip& ip) {
  Bytes message = request;
  message[0] = 0;
  put_checksum(message, 0);
  return ip_packet(ip, message);
}

Bytes unreachable(const Bytes& request, std::size_t quoted, const Ip& ip) {
  Bytes inner = ip_packet({.source = ip.destination, .destination = ip.source}, request);
  inner.resize(std::min(quoted, inner.size()));
  Bytes message{3, 1, 0, 0, 0, 0, 0, 0};
  message.insert(message.end(), inner.begin(), inner.end());
  put_checksum(message, 0);
  return ip_packet(ip, message);
}

void repair_checksum(Bytes& packet) {
  put_checksum(packet, 20);
}

std::string kind_of(const Answer& answer) {
  if (std::holds_alternative<EchoReply>(answer)) return "reply";
  if (std::holds_alternative<EchoAsked>(answer)) return "request";
  if (std::holds_alternative<EchoError>(answer)) return "error";
  if (std::holds_alternative<Foreign>(answer)) return "foreign";
  return std::get<Malformed>(answer).why;
}

}  // namespace trimtab::probe::testing
