#include "os/processes.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>

#include "os/files.h"

namespace trimtab::os {
namespace {

namespace fs = std::filesystem;

// Above every command line, and a table of a hundred thousand sockets.
constexpr std::size_t kMostRead = 16U << 20U;

// Nothing where the process ended meanwhile.
std::string content_of(const fs::path& path) {
  auto content = read_file(path.string(), kMostRead);
  return content ? *std::move(content) : std::string{};
}

ino_t network_namespace(const fs::path& process) {
  struct stat status {};
  return ::stat((process / "ns/net").c_str(), &status) == 0 ? status.st_ino : 0;
}

std::vector<std::string> arguments_of(const fs::path& process) {
  std::istringstream line(content_of(process / "cmdline"));
  std::vector<std::string> arguments;
  for (std::string word; std::getline(line, word, '\0');) arguments.push_back(word);
  return arguments;
}

// "socket:[1234]", as /proc/N/fd names it, of every socket bound to one of `paths`.
std::set<std::string> sockets_at(const std::set<std::string>& paths) {
  std::istringstream table(content_of("/proc/net/unix"));
  std::set<std::string> names;
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    const std::vector<std::string> words{std::istream_iterator<std::string>(fields), {}};
    // Num RefCount Protocol Flags Type St Inode Path
    if (words.size() == 8 && paths.contains(words[7])) names.insert(fmt::format("socket:[{}]", words[6]));
  }
  return names;
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

bool has_socket(const Process& process, const std::string& path) {
  std::error_code error;
  const std::set<std::string> sockets = sockets_at({path, fs::weakly_canonical(path, error).string()});
  const std::string directory = fmt::format("/proc/{}/fd", process.number);
  for (const fs::path& entry : entries_of(directory)) {
    std::error_code gone;
    if (sockets.contains(fs::read_symlink(entry, gone).string())) return true;
  }
  return false;
}

}  // namespace trimtab::os
