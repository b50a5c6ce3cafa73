// Any packets, IPv4 header included, to a prober that waits for answers: prober_world.h.
#include "fuzz/prober_world.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  trimtab::probe::ProberWorld(trimtab::Family::ipv4).run({data, size});
  return 0;
}
