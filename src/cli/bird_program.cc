#include "cli/bird_program.h"

#include <fmt/core.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <tuple>

#include "os/files.h"
#include "os/subprocess.h"

namespace trimtab::cli {
namespace {

constexpr const char* kInstall = "install BIRD 2.0.10 or later: apt install bird2";

using Version = std::tuple<int, int, int>;
constexpr Version kOldest{2, 0, 10};

// "2.0.12", "3.1"; what stands after a number's last digit is passed over.
Version parse_version(std::string_view text) {
  int parts[3] = {0, 0, 0};
  const char* next = text.data();
  const char* end = next + text.size();
  for (int& part : parts) {
    const auto [after, error] = std::from_chars(next, end, part);
    if (error != std::errc{} || after == end || *after != '.') break;
    next = after + 1;
  }
  return {parts[0], parts[1], parts[2]};
}

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
  constexpr std::string_view kIntroduction = "BIRD version ";
  const std::size_t found = answer.find(kIntroduction);
  if (found == std::string_view::npos) return Error{"`bird --version` names no version", kInstall};
  std::string_view text = answer.substr(found + kIntroduction.size());
  text = text.substr(0, text.find_first_of(" \n"));
  if (parse_version(text) >= kOldest) return {};
  return Error{fmt::format("BIRD {} is too old", text), kInstall};
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
