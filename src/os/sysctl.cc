#include "os/sysctl.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace trimtab::os {
namespace {

constexpr const char* kRoot = "/proc/sys";

Error failed(const char* attempt, const std::string& path, int number) {
  return {.what = fmt::format("cannot {} {}/{}: {}", attempt, kRoot, path, std::strerror(number)),
          .number = number};
}

}  // namespace

Result<std::string> read_sysctl(const std::string& path) {
  const int descriptor = ::open(fmt::format("{}/{}", kRoot, path).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return failed("read", path, errno);
  std::array<char, 256> buffer{};
  const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
  const int number = errno;
  ::close(descriptor);
  if (size < 0) return failed("read", path, number);
  std::string value(buffer.data(), static_cast<std::size_t>(size));
  while (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

Result<void> write_sysctl(const std::string& path, std::string_view value) {
  const int descriptor = ::open(fmt::format("{}/{}", kRoot, path).c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return failed("write", path, errno);
  const ssize_t size = ::write(descriptor, value.data(), value.size());
  const int number = errno;
  ::close(descriptor);
  if (size < 0) return failed("write", path, number);
  return {};
}

std::map<std::string, std::string> read_interface_sysctls(Family family, std::string_view setting) {
  const char* conf = family == Family::ipv4 ? "net/ipv4/conf" : "net/ipv6/conf";
  std::map<std::string, std::string> values;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(fmt::format("{}/{}", kRoot, conf), error)) {
    const std::string path = fmt::format("{}/{}/{}", conf, entry.path().filename().string(), setting);
    // An interface may go between listing and reading.
    if (auto value = read_sysctl(path)) values[path] = *std::move(value);
  }
  return values;
}

std::string kernel_identity() {
  const auto boot = read_sysctl("kernel/random/boot_id");
  struct stat status {};
  const bool known = ::stat("/proc/self/ns/net", &status) == 0;
  return fmt::format("{}/{}", boot ? *boot : "unknown", known ? status.st_ino : 0);
}

}  // namespace trimtab::os
