// IPv4 packets as a raw socket delivers them, and ways of spoiling them.
#pragma once

#include <functional>
#include <string>

#include "probe/icmp.h"

namespace trimtab::probe::testing {

struct Ip {
  IpAddress source = IpAddress::ipv4(0x0a000002);       // 10.0.0.2
  IpAddress destination = IpAddress::ipv4(0x0a000001);  // 10.0.0.1
  std::uint8_t protocol = 1;
  std::size_t option_bytes = 0;  // a multiple of 4
};

Bytes ip_packet(const Ip& ip, const Bytes& payload);

// What a host answers to this ICMP message.
Bytes reply_to(const Bytes& request, const Ip& ip = {});

// A router's "host unreachable" about this ICMP message, quoting `quoted` bytes of its packet.
Bytes unreachable(const Bytes& request, std::size_t quoted, const Ip& ip = {});

// Sets the ICMP checksum right again after a change; the IP header has no options.
void repair_checksum(Bytes& packet);

// "reply", "request", "error", "foreign", or why it is malformed.
std::string kind_of(const Answer& answer);

}  // namespace trimtab::probe::testing
