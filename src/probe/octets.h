// Numbers in network order, within packets.
#pragma once

#include "probe/icmp.h"

namespace trimtab::probe {

inline std::uint16_t read_u16(ByteSpan bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8U | bytes[at + 1]);
}

inline void write_u16(Bytes& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value & 0xffU);
}

}  // namespace trimtab::probe
