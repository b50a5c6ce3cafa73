// One ICMP socket for the probes of all links of a family: a raw one with CAP_NET_RAW; without it a datagram
// one, where net.ipv4.ping_group_range has our group, which hears answers to our own requests and nothing
// else. Each probe names its interface and source address (IP_PKTINFO, IPV6_PKTINFO), which binds it to its
// link as surely as a socket of its own would, survives an interface that is deleted and made anew under
// another index, and lets a batch leave in one system call.
//
// RTTs count from the moment before the packet enters our own queues: waiting in them is part of the path.
// The kernel's later transmit stamps would leave that out.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "os/descriptor.h"
#include "util/address.h"
#include "util/instant.h"

namespace trimtab::os {

constexpr std::size_t kLongestPacket = 9216;

struct Outgoing {
  int interface_index = 0;
  IpAddress source;  // must be an address of this host; both are of the socket's family
  IpAddress destination;
  std::span<const std::uint8_t> message;  // without IP header
};

struct Departure {
  Instant at;
  // errno, or 0 where the packet was handed to the kernel. All are faults of this side: the interface is
  // gone or down, or its address is (ENODEV, ENXIO, ENETDOWN, ENETUNREACH, EADDRNOTAVAIL: which one differs
  // between kernels), a queue is full (ENOBUFS, EAGAIN), a firewall forbids it (EPERM).
  int error = 0;
};

struct Incoming {
  int interface_index = 0;  // 0 where the kernel did not say
  // With its IPv4 header (from a datagram socket one made up here), or an ICMPv6 message without any; cut
  // after kLongestPacket bytes, which is no probe's answer.
  std::vector<std::uint8_t> packet;
  std::optional<WallTime> stamp;    // the kernel's, from when it got the packet
  std::optional<IpAddress> source;  // of an ICMPv6 message
};

// Which echo requests of others wake us up: of so many bytes with their IP header, and with one of these bits
// in the sequence number. The kernel answers all of them in any case. 0: none.
struct RequestFilter {
  std::uint16_t packet_bytes = 0;
  std::uint16_t sequence_bits = 0;
};

class IcmpSocket {
 public:
  // Only echo replies with this identifier, and ICMP errors about requests with it, wake us up: the kernel
  // filters, so that other ping programs on this host cost us nothing. `identifier` is not 0.
  static Result<IcmpSocket> open(std::uint16_t identifier, const RequestFilter& requests = {},
                                 Family family = Family::ipv4);

  int descriptor() const { return socket_.number(); }
  bool is_raw() const { return raw_; }

  // One departure for each, in the same order. Never blocks. A packet leaves whole or, longer than its
  // interface's MTU, not at all (EMSGSIZE), whatever the kernel believes of the path.
  std::vector<Departure> send(std::span<const Outgoing> packets);

  // What has come, at most 256 packets: a flood must leave time for the rest of the turn. Never blocks.
  std::vector<Incoming> receive();

 private:
  // Packets in one system call.
  static constexpr std::size_t kAtOnce = 16;
  using Buffer = std::array<std::uint8_t, kLongestPacket>;

  IcmpSocket(Descriptor socket, bool raw)
      : socket_(std::move(socket)), raw_(raw), buffers_(std::make_unique_for_overwrite<Buffer[]>(kAtOnce)) {}

  void send_some(std::span<const Outgoing> packets, std::vector<Departure>& departures);
  static void note_departures(const Instant& before, std::size_t count, std::vector<Departure>& departures);
  bool receive_some(std::vector<Incoming>& received);

  Descriptor socket_;
  bool raw_;
  std::unique_ptr<Buffer[]> buffers_;  // never written before it is needed: most of it takes no memory
};

}  // namespace trimtab::os
