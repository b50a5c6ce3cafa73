// Which way this kernel sends a packet: the last word on where traffic goes, whatever BIRD has chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "util/address.h"
#include "util/result.h"

namespace trimtab::cli {

struct KernelRoute {
  enum class Fate : std::uint8_t {
    sent,
    spread,   // over several next hops, at which nobody looks here
    kept,     // the address is this router's own
    dropped,  // by a route that drops, or for want of one
  };
  Fate fate = Fate::dropped;
  // Where it is sent or spread:
  std::string interface;  // sent
  Prefix matched;
  std::optional<IpAddress> gateway;  // sent
  std::uint32_t metric = 0;
};

// For a packet of the router's own: by rules for sources or incoming interfaces it may be another one for
// what is forwarded. Takes no right.
Result<KernelRoute> kernel_route(const IpAddress& destination);

}  // namespace trimtab::cli
