#include "os/unix_address.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstddef>

namespace trimtab::os {

Result<UnixAddress> UnixAddress::of(const std::string& path) {
  UnixAddress made;
  if (path.empty() || path.size() >= sizeof made.address_.sun_path) {
    return Error{.what = fmt::format("cannot use {} as a socket: it must have 1 to {} characters, and has {}",
                                     path.substr(0, 120), sizeof made.address_.sun_path - 1, path.size()),
                 .number = ENAMETOOLONG};
  }
  made.address_.sun_family = AF_UNIX;
  path.copy(made.address_.sun_path, path.size());
  made.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (path.front() == '@') {
    made.address_.sun_path[0] = '\0';
  } else {
    ++made.size_;  // its terminating zero
  }
  return made;
}

}  // namespace trimtab::os
