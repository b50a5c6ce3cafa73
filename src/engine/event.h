// What the edge tells the engine, and what the engine asks of the edge. Bytes and values, no descriptors.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bird/publisher.h"
#include "mesh/mesh.h"
#include "netlink/message.h"
#include "probe/prober.h"
#include "util/address.h"
#include "util/instant.h"

namespace trimtab::engine {

using mesh::SiteId;
using Client = std::uint64_t;  // the edge's number for one connection on our socket

// ---- what happened

struct Woken {};  // the last event of every turn: what has become due is done now

// What became of a probe that was handed out: `error` is errno, 0 where it left.
struct ProbeDeparted {
  SiteId link = 0;
  std::uint16_t sequence = 0;
  Instant at;
  int error = 0;
};

struct PacketArrived {
  int interface_index = 0;
  netlink::Bytes packet;  // with its IPv4 header; an ICMPv6 message has none
  probe::Arrival arrival;
  std::optional<IpAddress> source{};  // of an ICMPv6 message
};

struct NetlinkArrived {
  netlink::Bytes datagram;
};
struct NetlinkOverrun {};

struct BirdHappened {
  bird::Event event;
};

struct Asked {
  Client client = 0;
  std::string line;
};

// The mesh file was read again (SIGHUP). One with mistakes leaves the present one in force.
struct MeshRead {
  Result<mesh::Mesh> mesh;
};

using Event = std::variant<Woken, ProbeDeparted, PacketArrived, NetlinkArrived, NetlinkOverrun, BirdHappened,
                           Asked, MeshRead>;

// ---- what is to be done

struct SendProbe {
  SiteId link = 0;
  std::uint16_t sequence = 0;
  int interface_index = 0;
  IpAddress source, destination;
  probe::Bytes message;
};

struct SendNetlink {
  netlink::Bytes request;
};

// One of Connect, Disconnect, Send, WriteCandidate, ReplaceMetrics, InspectMetrics; results come back as
// BirdHappened.
struct DoForBird {
  bird::Action action;
};

struct Answer {
  Client client = 0;
  std::string line;  // without newline
};

// A line for the log.
struct Say {
  std::string text;
};

using Action = std::variant<SendProbe, SendNetlink, DoForBird, Answer, Say>;

}  // namespace trimtab::engine
