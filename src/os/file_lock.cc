#include "os/file_lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "os/files.h"

namespace trimtab::os {
namespace {

// Between two tries: not felt by a person, nothing for a machine.
constexpr std::chrono::milliseconds kBetweenTries{50};
constexpr std::size_t kLongestNumber = 32;

// Only for the message to others; without it they are told less.
void write_own_number(const std::string& path) {
  const std::string own = std::to_string(::getpid());
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC));
  if (!file.open() || ::write(file.number(), own.data(), own.size()) < 0) errno = 0;
}

Error held_by_another(const std::string& path) {
  const auto holder = read_file(path, kLongestNumber);
  const std::string number = holder ? *holder : "";
  return {.what = fmt::format("another `up`, `down` or `confirm` is at work{}",
                              number.empty() ? "" : fmt::format(" (process {})", number)),
          .fix = "try again when it has ended",
          .number = EAGAIN};
}

}  // namespace

Result<FileLock> FileLock::take(const std::string& path, Duration patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    // Not O_CLOEXEC: see the header. Not for writing: it must not keep a file system from being made
    // read-only.
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CREAT | O_NOFOLLOW, 0600));
    if (!file.open()) return file_error(fmt::format("cannot open {}", path));
    if (::flock(file.number(), LOCK_EX | LOCK_NB) == 0) {
      // Whoever had it before may have removed the file: then what is locked no longer has the name.
      if (!is_at(file, path)) continue;
      write_own_number(path);
      return FileLock(path, std::move(file));
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return file_error(fmt::format("cannot lock {}", path));
    if (std::chrono::steady_clock::now() >= deadline) return held_by_another(path);
    std::this_thread::sleep_for(kBetweenTries);
  }
}

void FileLock::remove_file() {
  ::unlink(path_.c_str());
}

bool FileLock::held(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat found {};
  // Who may write in the directory can put a lock of his own there, and hold it for ever.
  if (!file.open() || ::fstat(file.number(), &found) != 0) return false;
  if (found.st_uid != 0 && found.st_uid != ::geteuid()) return false;
  return ::flock(file.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

}  // namespace trimtab::os
