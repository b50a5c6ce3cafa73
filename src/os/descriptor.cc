#include "os/descriptor.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trimtab::os {

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Error system_error(std::string what) {
  const int number = errno;
  return {.what = fmt::format("{}: {}", what, std::strerror(number)), .number = number};
}

}  // namespace trimtab::os
