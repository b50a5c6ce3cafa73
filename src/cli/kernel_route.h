// Which way this kernel sends a packet: the last word on where traffic goes, whatever BIRD has chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "netlink/route.h"
#include "util/address.h"
#include "util/result.h"

namespace trimtab::cli {

struct KernelRoute {
  enum class Fate : std::uint8_t {
    sent,
    spread,   // over several next hops, at which nobody looks here
    kept,     // the address is this router's own, or one that it answers to with others (broadcast)
    dropped,  // by a route that drops, or for want of one
  };
  Fate fate = Fate::dropped;
  // Where it is sent or spread:
  std::string interface;    // sent
  int interface_index = 0;  // sent
  Prefix matched;
  std::optional<IpAddress> gateway;  // sent
  std::uint32_t metric = 0, table = 0;
};

// For a packet of the router's own, or for one that arrived. Rules by mark, port or protocol are not asked
// about. Takes no right.
Result<KernelRoute> kernel_route(const IpAddress& destination,
                                 const std::optional<netlink::Arrival>& arrival = std::nullopt);

struct LanArrival {
  netlink::Arrival arrival;
  std::string interface;
};

// How packets from this LAN arrive: from its first address that is not the router's own, by the interface
// that leads there. Nothing where no route is as narrow as the LAN.
std::optional<LanArrival> arrival_from(const Prefix& lan);

}  // namespace trimtab::cli
