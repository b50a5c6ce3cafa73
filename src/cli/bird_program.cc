#include "cli/bird_program.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bird/replies.h"
#include "os/files.h"
#include "os/subprocess.h"

namespace trimtab::cli {
namespace {

constexpr const char* kInstall = "install BIRD 2.0.10 or later: apt install bird2";

// Removes the directory and all in it when it goes.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::error_code error;
    std::string pattern = (std::filesystem::temp_directory_path(error) / "trimtab-XXXXXX").string();
    if (!error && ::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<std::string> bird_path() {
  if (auto path = os::find_program("bird")) return *std::move(path);
  return Error{"BIRD is not installed", kInstall};
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<void> check_bird_version(std::string_view answer) {
  const auto version = bird::parse_version(answer);
  if (!version) return Error{version.error().what, kInstall};
  return bird::check_version(*version);
}

Result<void> check_bird_program() {
  const auto path = bird_path();
  if (!path) return path.error();
  const auto finished = os::run({*path, "--version"}, "");
  if (!finished) return finished.error();
  return check_bird_version(finished->output + finished->errors);
}

Result<void> check_bird_configuration(
    const std::function<std::vector<network::File>(const SiteFiles& files)>& render) {
  const ScratchDirectory scratch;
  if (scratch.path().empty())
    return Error{"cannot make a temporary directory", "free some space, or set TMPDIR"};
  const SiteFiles files{.config_dir = scratch.path(), .run_dir = scratch.path()};
  for (const network::File& file : render(files)) {
    if (const auto written = os::replace_file(file.path, file.content, file.mode); !written) return written;
  }
  const auto path = bird_path();
  if (!path) return path.error();
  const auto finished = os::run({*path, "-p", "-c", files.bird_configuration()}, "");
  if (!finished) return finished.error();
  if (finished->status == 0) return {};
  return Error{fmt::format("BIRD does not take the configuration that trimtab wrote for it: {}",
                           first_line(finished->errors + finished->output)),
               "please report it"};
}

}  // namespace trimtab::cli
