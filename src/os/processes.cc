#include "os/processes.h"

#include <fmt/core.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <sstream>

#include "os/files.h"

namespace trimtab::os {
namespace {

namespace fs = std::filesystem;

// Above every command line.
constexpr std::size_t kMostRead = 4U << 20U;
// Some 600,000 sockets.
constexpr std::size_t kMostSockets = 64U << 20U;
// The kernel's __SO_ACCEPTCON, the only flag in that table (net/unix/af_unix.c).
constexpr std::string_view kListens = "00010000";

// Nothing where the process ended meanwhile.
std::string content_of(const fs::path& path) {
  auto content = read_file(path.string(), kMostRead);
  return content ? *std::move(content) : std::string{};
}

// A number that two processes share where they share the namespace: each has files of its own in /proc/N/net.
// /proc/N/ns/net says the same, but of others' processes only to CAP_SYS_PTRACE, which could read their
// memory too.
ino_t network_namespace(const fs::path& process) {
  struct stat status {};
  return ::stat((process / "net/dev").c_str(), &status) == 0 ? status.st_ino : 0;
}

std::vector<std::string> arguments_of(const fs::path& process) {
  std::istringstream line(content_of(process / "cmdline"));
  std::vector<std::string> arguments;
  for (std::string word; std::getline(line, word, '\0');) arguments.push_back(word);
  return arguments;
}

// Names in a directory of /proc, up to where it is gone.
std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
    entries.push_back(entry->path());
  }
  return entries;
}

}  // namespace

std::vector<Process> processes_here(std::string_view name) {
  const ino_t here = network_namespace("/proc/self");
  std::vector<Process> found;
  for (const fs::path& entry : entries_of("/proc")) {
    const std::string directory = entry.filename().string();
    Process process;
    const char* end = directory.data() + directory.size();
    if (std::from_chars(directory.data(), end, process.number).ptr != end) continue;
    if (content_of(entry / "comm") != std::string(name) + "\n") continue;
    if (here == 0 || network_namespace(entry) != here) continue;
    process.arguments = arguments_of(entry);
    found.push_back(std::move(process));
  }
  return found;
}

Result<std::vector<std::string>> listening_files_here() {
  const auto content = read_file("/proc/self/net/unix", kMostSockets);
  if (!content) return content.error();
  std::istringstream table(*content);
  std::vector<std::string> files;
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string number, references, protocol, flags, type, state, inode, path;
    fields >> number >> references >> protocol >> flags >> type >> state >> inode >> std::ws;
    if (flags == kListens && std::getline(fields, path) && path.front() == '/') files.push_back(path);
  }
  return files;
}

bool runs(pid_t number) {
  return ::kill(number, 0) == 0 || errno != ESRCH;
}

}  // namespace trimtab::os
