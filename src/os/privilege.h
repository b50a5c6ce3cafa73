// What this process may do.
#pragma once

#include <cstdint>

#include "util/result.h"

namespace trimtab::os {

enum class Capability : std::uint8_t { net_raw, net_admin };

bool has_capability(Capability capability);

// An error that says how to get CAP_NET_RAW where it is missing, or how to do without.
Result<void> require_net_raw();

}  // namespace trimtab::os
