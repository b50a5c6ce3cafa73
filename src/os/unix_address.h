// The address of a UNIX socket: a path, or "@name" for one without a file.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <string>

#include "util/result.h"

namespace trimtab::os {

class UnixAddress {
 public:
  // An error where it does not fit (107 characters).
  static Result<UnixAddress> of(const std::string& path);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  socklen_t size() const { return size_; }

 private:
  sockaddr_un address_{};
  socklen_t size_ = 0;
};

}  // namespace trimtab::os
