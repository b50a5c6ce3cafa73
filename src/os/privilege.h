// What this process may do.
#pragma once

#include <cstdint>

#include "util/result.h"

namespace trimtab::os {

enum class Capability : std::uint8_t { net_raw, net_admin };

bool has_capability(Capability capability);

// For the daemon: an error that says how to get CAP_NET_RAW where it is missing.
Result<void> require_net_raw();

}  // namespace trimtab::os
