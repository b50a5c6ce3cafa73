#include "os/descriptor.h"

#include <fmt/core.h>
#include <sys/resource.h>
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

std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace trimtab::os
