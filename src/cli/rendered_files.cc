#include "cli/rendered_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "bird/metrics_file.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

// In the first line, or in the second of a script.
bool names_trimtab(const std::string& content) {
  std::size_t begin = 0;
  if (content.starts_with("#!")) begin = std::min(content.find('\n'), content.size() - 1) + 1;
  return content.substr(begin, content.find('\n', begin) - begin).find("trimtab") != std::string::npos;
}

bool is_own(const std::string& content) {
  return names_trimtab(content) || bird::parse_metrics(content).ok();
}

Result<void> check_overwrite(const std::string& path, const std::string& content) {
  const auto present = os::read_file(path, kMostRenderedBytes);
  if (!present) {
    if (present.error().number == ENOENT) return {};
    return present.error();
  }
  if (*present == content || is_own(*present)) return {};
  return Error{fmt::format("{} exists and is not trimtab's", path), "move it away, or name another --out"};
}

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

}  // namespace

Result<void> write_rendered(const std::vector<render::RenderedFile>& files, const std::string& directory) {
  if (const auto made = os::make_directories(directory, 0755); !made) return made;
  for (const render::RenderedFile& file : files) {
    const auto checked = check_overwrite(directory + "/" + file.name, file.content);
    if (!checked) return checked;
  }
  for (const render::RenderedFile& file : files) {
    const std::string path = directory + "/" + file.name;
    if (const auto made = os::make_directories(parent_of(path), 0755); !made) return made;
    if (const auto written = os::replace_file(path, file.content, file.mode); !written) return written;
  }
  return {};
}

Result<std::vector<std::string>> remove_stale(const std::vector<render::RenderedFile>& files,
                                              const std::string& directory, std::string_view prefix) {
  const std::string start = fmt::format("{}/{}", directory, prefix);
  std::vector<std::string> stale;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(parent_of(start), error)) {
    const std::string path = entry.path().string();
    const auto is_wanted = [&](const render::RenderedFile& file) {
      return directory + "/" + file.name == path;
    };
    if (!path.starts_with(start) || std::any_of(files.begin(), files.end(), is_wanted)) continue;
    const auto content = os::read_file(path, kMostRenderedBytes);
    if (content && is_own(*content)) stale.push_back(path);
  }
  std::sort(stale.begin(), stale.end());
  for (const std::string& path : stale) {
    if (const auto removed = os::remove_file(path); !removed) return removed.error();
  }
  return stale;
}

}  // namespace trimtab::cli
