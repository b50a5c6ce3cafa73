// What the kernel says beside a packet (recvmsg's ancillary data): the interface it came in by, and when. Any
// bytes may be handed in: those of a list that was cut short (MSG_CTRUNC) say what stands in them whole.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "util/units.h"

namespace trimtab::os {

struct Ancillary {
  int interface_index = 0;        // 0 where the kernel did not say
  std::optional<WallTime> stamp;  // after 1970, and such that it can be reckoned with
};

// Of several that say the same thing the first counts.
Ancillary read_ancillary(std::span<const std::uint8_t> control);

}  // namespace trimtab::os
