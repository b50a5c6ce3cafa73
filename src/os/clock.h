// Reading the clocks. The loop does it once per wake-up; sockets do it where a packet leaves.
#pragma once

#include "util/instant.h"

namespace trimtab::os {

// Both clocks as of one moment: within 20 µs of each other, unless the machine never gives us that long.
Instant take_clocks();

}  // namespace trimtab::os
