// Which way this kernel sends a packet: the last word on where traffic goes, whatever BIRD has chosen.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "util/address.h"
#include "util/result.h"

namespace trimtab::cli {

struct KernelRoute {
  std::string interface;  // empty: it has several next hops
  Prefix matched;
  std::optional<IpAddress> gateway;
  std::uint32_t metric = 0;
};

// For a packet of the router's own; rules by source or incoming interface may differ for others. Absent: it
// is dropped, or there is no route. Takes no right.
Result<std::optional<KernelRoute>> kernel_route(const IpAddress& destination);

// Whether this network namespace has the interface: where the daemon runs in another one, the kernel here
// knows nothing.
bool has_interface(const std::string& name);

}  // namespace trimtab::cli
