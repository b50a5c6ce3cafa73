// One raw ICMP socket for the probes of all links. Needs CAP_NET_RAW alone. Each probe names its interface
// and source address (IP_PKTINFO), which binds it to its link as surely as a socket of its own would,
// survives an interface that is deleted and made anew under another index, and lets a batch leave in one
// system call.
//
// RTTs count from the moment before the packet enters our own queues: waiting in them is part of the path.
// The kernel's later transmit stamps would leave that out.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "os/descriptor.h"
#include "util/address.h"
#include "util/instant.h"

namespace trimtab::os {

struct Outgoing {
  int interface_index = 0;
  IpAddress source;  // must be an address of this host
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
  int interface_index = 0;           // 0 where the kernel did not say
  std::vector<std::uint8_t> packet;  // with IP header; cut after 512 bytes, which is no probe's answer
  std::optional<WallTime> stamp;     // the kernel's, from when it got the packet
};

class IcmpSocket {
 public:
  // Only echo replies with this identifier, and ICMP errors about requests with it, wake us up: the kernel
  // filters, so that other ping programs on this host cost us nothing.
  static Result<IcmpSocket> open(std::uint16_t identifier);

  int descriptor() const { return socket_.number(); }

  // One departure for each, in the same order. Never blocks.
  std::vector<Departure> send(std::span<const Outgoing> packets);

  // What has come, at most 256 packets: a flood must leave time for the rest of the turn. Never blocks.
  std::vector<Incoming> receive();

 private:
  explicit IcmpSocket(Descriptor socket) : socket_(std::move(socket)) {}

  void send_some(std::span<const Outgoing> packets, std::vector<Departure>& departures);
  static void note_departures(const Instant& before, std::size_t count, std::vector<Departure>& departures);
  bool receive_some(std::vector<Incoming>& received);

  Descriptor socket_;
};

}  // namespace trimtab::os
