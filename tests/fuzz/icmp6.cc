// Any ICMPv6 messages, from the peer or from a stranger, to a prober that waits for answers: prober_world.h.
#include "fuzz/prober_world.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trimtab::probe::ProberWorld(trimtab::Family::ipv6).run({data, size});
  return 0;
}
