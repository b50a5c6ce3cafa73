#include "os/random.h"

#include <sys/random.h>

#include <cerrno>

#include "util/check.h"

namespace trimtab::os {

void fill_random(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = ::getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    TRIMTAB_CHECK(got > 0);  // with these arguments nothing else is left to go wrong
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  fill_random({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

}  // namespace trimtab::os
