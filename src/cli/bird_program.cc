#include "cli/bird_program.h"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "bird/replies.h"
#include "os/files.h"
#include "os/subprocess.h"
#include "os/unix_stream.h"

namespace trimtab::cli {
namespace {

// It answers in milliseconds; a BIRD that hangs must not hold up what is being undone.
constexpr std::chrono::seconds kBirdAnswers{10};
constexpr const char* kInstall = "install BIRD 2.0.10 or later: apt install bird2";

// Empty when it comes, whatever a killed run left in it, and gone with all that is in it when it goes.
class ScratchDirectory {
 public:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  ~ScratchDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Result<void> make() const { return os::make_directories(path_, 0700); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

Result<std::string> bird_path() {
  if (auto path = os::find_program("bird")) return *std::move(path);
  return Error{"BIRD is not installed", kInstall};
}

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t before = text.rfind('\n');
  return before == std::string::npos ? text : text.substr(before + 1);
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
  const auto finished = os::run({*path, "--version"}, "", kBirdAnswers);
  if (!finished) return finished.error();
  return check_bird_version(last_line(finished->output + finished->errors));
}

// Through BIRD's own client: bird/conversation is the daemon's, driven by its loop, and this is one word.
Result<void> tell_bird_to_read(const SiteFiles& files) {
  const auto client = os::find_program("birdc");
  if (!client || !os::UnixStream::connect(files.bird_socket())) return {};
  const auto finished = os::run({*client, "-s", files.bird_socket(), "configure"}, "", kBirdAnswers);
  if (!finished) return finished.error();
  // birdc's status is 0 whatever BIRD says.
  if (finished->output.find("Reconfigur") != std::string::npos) return {};
  return Error{fmt::format("BIRD did not take its configuration again: {}", last_line(finished->output))};
}

Result<void> check_bird_configuration(
    const std::string& directory,
    const std::function<std::vector<network::File>(const SiteFiles& files)>& render) {
  const ScratchDirectory scratch(directory);
  if (const auto made = scratch.make(); !made) return made;
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
