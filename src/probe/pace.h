// Which of a link's probes one is, as its sequence number says in its two highest bits: an answer, a refusal
// or an error leads back to whoever sent the probe, and the far end tells quick probes from others.
#pragma once

#include <cstdint>

#include "util/units.h"

namespace trimtab::probe {

enum class Pace : std::uint16_t {
  regular = 0,
  quick = 0x8000,      // on suspicion, beside the rounds
  full_size = 0x4000,  // as long as the link's MTU: FullSizeCheck
};

// How often it is looked whether a quick probe that is overdue has been overtaken meanwhile (ledger.h): as
// often as they leave. Half finds nothing new; twice is added to a loss that is told late already.
constexpr Duration kLookAgain = std::chrono::milliseconds{100};

constexpr std::uint16_t kNumbers = 0x3fff;  // what is left of a sequence number beside its pace

constexpr Pace pace_of(std::uint16_t sequence) {
  if ((sequence & static_cast<unsigned>(Pace::quick)) != 0) return Pace::quick;
  return (sequence & static_cast<unsigned>(Pace::full_size)) != 0 ? Pace::full_size : Pace::regular;
}

constexpr std::uint16_t numbered(Pace pace, unsigned number) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(pace) | (number & kNumbers));
}

}  // namespace trimtab::probe
