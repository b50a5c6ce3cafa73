#include "os/descriptor.h"

#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trimtab::os {

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

bool is_at(const Descriptor& file, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file.number(), &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
         open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

Error system_error(std::string what) {
  const int number = errno;
  return {.what = fmt::format("{}: {}", what, std::strerror(number)), .number = number};
}

Error file_error(std::string what) {
  Error error = system_error(std::move(what));
  switch (*error.number) {
    case EACCES:
    case EPERM:
      error.fix = "run it as root or as the file's owner";
      break;
    case ELOOP:
      error.fix = "it is a symbolic link; find out who made it, then delete it";
      break;
    case ENOSPC:
    case EDQUOT:
      error.fix = "make room on its file system";
      break;
    case EROFS:
      error.fix = "have its file system mounted for writing";
      break;
    default:
      break;
  }
  return error;
}

std::size_t descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace trimtab::os
