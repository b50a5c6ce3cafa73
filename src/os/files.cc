#include "os/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "os/random.h"

namespace trimtab::os {
namespace {

struct Opened {
  Descriptor file;
  struct stat found {};
};

Error too_long(const std::string& path, std::size_t limit) {
  return {.what = fmt::format("cannot read {}: it is longer than {} bytes", path, limit),
          .fix = "is it the right file?",
          .number = EFBIG};
}

// O_NONBLOCK: opening a FIFO must not wait for somebody to write into it.
Result<Opened> open_regular(const std::string& path, std::size_t limit, int flags = 0) {
  Opened opened{.file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags))};
  if (!opened.file.open()) return file_error(fmt::format("cannot read {}", path));
  if (::fstat(opened.file.number(), &opened.found) != 0) {
    return file_error(fmt::format("cannot read {}", path));
  }
  if (S_ISDIR(opened.found.st_mode)) {
    errno = EISDIR;
    return file_error(fmt::format("cannot read {}", path));
  }
  if (!S_ISREG(opened.found.st_mode)) {
    return Error{.what = fmt::format("cannot read {}: it is no regular file", path), .number = EINVAL};
  }
  if (opened.found.st_size > static_cast<off_t>(limit)) return too_long(path, limit);
  return opened;
}

// It may grow while it is read; the limit holds all the same.
Result<std::string> read_all(int file, const std::string& path, std::size_t limit) {
  std::string text;
  std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error(fmt::format("cannot read {}", path));
    if (count == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > limit) return too_long(path, limit);
  }
}

Result<void> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("write");
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Error cannot_write(const std::string& path) {
  return file_error(fmt::format("cannot write {}", path));
}

// The bytes and the mode, on the disk, under a name that nothing has yet.
Result<void> write_new(const std::string& path, std::string_view bytes, unsigned mode) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.open()) return cannot_write(path);
  // Says that somebody is at work on it; remove_abandoned() asks.
  ::flock(file.number(), LOCK_EX | LOCK_NB);
  if (!write_all(file.number(), bytes) || ::fchmod(file.number(), mode) != 0 || ::fsync(file.number()) != 0) {
    const Error error = cannot_write(path);
    ::unlink(path.c_str());
    return error;
  }
  return {};
}

constexpr std::size_t kBesideDigits = 16;

std::string name_beside(const std::string& path) {
  return fmt::format("{}.{:016x}", path, random_seed());
}

bool is_name_beside(std::string_view name, std::string_view of) {
  if (name.size() != of.size() + 1 + kBesideDigits || !name.starts_with(of) || name[of.size()] != '.')
    return false;
  return name.find_first_not_of("0123456789abcdef", of.size() + 1) == std::string_view::npos;
}

Result<void> sync_directory(const std::string& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems cannot sync a directory (EINVAL); they have nothing to lose by it.
  if (!directory.open() || (::fsync(directory.number()) != 0 && errno != EINVAL)) {
    return file_error(fmt::format("cannot sync directory {}", path));
  }
  return {};
}

Result<void> put_in_place(const std::string& beside, const std::string& path) {
  if (::rename(beside.c_str(), path.c_str()) != 0) {
    const Error error = cannot_write(path);
    ::unlink(beside.c_str());
    return error;
  }
  return sync_directory(directory_of(path));
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  const auto opened = open_regular(path, limit);
  if (!opened) return opened.error();
  return read_all(opened->file.number(), path, limit);
}

Result<std::string> read_trusted_file(const std::string& path, std::size_t limit) {
  const auto opened = open_regular(path, limit, O_NOFOLLOW);
  if (!opened) return opened.error();
  if (opened->found.st_uid != 0 && opened->found.st_uid != ::geteuid()) {
    return Error{.what = fmt::format("cannot trust {}: it belongs to user {}", path, opened->found.st_uid),
                 .fix = "find out who made it, then delete it",
                 .number = EPERM};
  }
  return read_all(opened->file.number(), path, limit);
}

Result<void> replace_file(const std::string& path, std::string_view bytes, unsigned mode) {
  const std::string beside = name_beside(path);
  if (const auto written = write_new(beside, bytes, mode); !written) return written.error();
  return put_in_place(beside, path);
}

Result<void> rewrite_file(const std::string& path, std::string_view bytes) {
  std::array<char, PATH_MAX> target{};
  struct stat found {};
  if (::realpath(path.c_str(), target.data()) == nullptr || ::stat(target.data(), &found) != 0) {
    return cannot_write(path);
  }
  const std::string beside = name_beside(target.data());
  if (const auto written = write_new(beside, bytes, found.st_mode & 07777U); !written) return written.error();
  // Only root may give a file away; whoever else may write here keeps it as his own.
  [[maybe_unused]] const int given = ::chown(beside.c_str(), found.st_uid, found.st_gid);
  return put_in_place(beside, target.data());
}

Result<void> save_file(const std::string& path, std::string_view bytes) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    auto written = replace_file(path, bytes, 0644);
    if (!written && written.error().number == ENOENT) {
      return Error{fmt::format("cannot write {}: there is no directory {}", path, directory_of(path)),
                   "make it first"};
    }
    return written;
  }
  if (!S_ISREG(found.st_mode)) return Error{fmt::format("cannot write {}: it is no regular file", path)};
  return rewrite_file(path, bytes);
}

Result<void> create_file(const std::string& path, std::string_view bytes, unsigned mode) {
  auto written = write_new(path, bytes, mode);
  if (!written && written.error().number == ENOENT && ::mkdir(directory_of(path).c_str(), 0755) == 0) {
    written = write_new(path, bytes, mode);
  }
  if (!written) {
    Error error = written.error();
    if (error.number == EEXIST) error.fix = "it is never overwritten; move it away first";
    return error;
  }
  return sync_directory(directory_of(path));
}

Result<void> append_to_file(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.open() || !write_all(file.number(), bytes)) return cannot_write(path);
  return {};
}

Result<FoundFile> read_own_file(const std::string& path, std::size_t limit) {
  const auto opened = open_regular(path, limit, O_NOFOLLOW);
  if (!opened) return opened.error();
  auto text = read_all(opened->file.number(), path, limit);
  if (!text) return text.error();
  return FoundFile{*std::move(text), opened->found.st_mode & 07777U};
}

void remove_abandoned(const std::string& path) {
  const std::filesystem::path whole(path);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory_of(path), error)) {
    if (!is_name_beside(entry.path().filename().native(), whole.filename().native())) continue;
    const Descriptor file(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (file.open() && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
  }
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return file_error(fmt::format("cannot remove {}", path));
}

Result<void> make_directories(const std::string& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) == 0) return {};
  if (errno == ENOENT && directory_of(path) != path) {
    if (const auto parent = make_directories(directory_of(path), mode); !parent) return parent.error();
    if (::mkdir(path.c_str(), mode) == 0) return {};
  }
  struct stat found {};
  if (errno == EEXIST && ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
  return file_error(fmt::format("cannot make directory {}", path));
}

}  // namespace trimtab::os
