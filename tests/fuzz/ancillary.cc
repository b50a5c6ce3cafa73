// Any bytes as what the kernel says beside a packet: read without looking further than they go; a stamp is
// one that can be reckoned with; and where the kernel had to cut it short (MSG_CTRUNC), what is read is as it
// was, or nothing.
#include "os/ancillary.h"

#include <vector>

#include "fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  fuzz::Input input(data, size);
  const std::size_t cut = input.byte();
  const auto taken = input.take(size);
  const std::vector<std::uint8_t> whole(taken.begin(), taken.end());  // ends where its memory ends
  const os::Ancillary all = os::read_ancillary(whole);
  if (all.stamp) {
    TRIMTAB_CHECK(all.stamp->time_since_epoch().count() > 0);
  }
  TRIMTAB_CHECK(all.interface_index >= 0);
  const std::vector<std::uint8_t> first(whole.begin(),
                                        whole.begin() + static_cast<long>(std::min(cut, whole.size())));
  const os::Ancillary some = os::read_ancillary(first);
  TRIMTAB_CHECK(!some.stamp || some.stamp == all.stamp);
  TRIMTAB_CHECK(some.interface_index == 0 || some.interface_index == all.interface_index);
  return 0;
}
