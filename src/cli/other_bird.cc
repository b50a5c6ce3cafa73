#include "cli/other_bird.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "cli/bird_files.h"
#include "os/processes.h"
#include "os/unix_stream.h"

namespace trimtab::cli {
namespace {

Error refusal(const os::Process& bird, const SiteFiles& files) {
  const std::string what = fmt::format("another BIRD runs in this network namespace (process {}: {})",
                                       bird.number, fmt::join(bird.arguments, " "));
  if (includes_our_configuration(files)) {
    return {what + fmt::format(", and does not listen at {}", files.bird_socket()),
            fmt::format("give it `-s {0}`, or link its own socket there: ln -s /run/bird/bird.ctl {0}",
                        files.bird_socket())};
  }
  return {what + ": two delete each other's routes",
          "stop it (Debian's own: systemctl disable --now bird), or have it include trimtab's configuration "
          "(docs/operations.md, \"A BIRD that is there already\")"};
}

bool names(const os::Process& bird, const std::string& socket) {
  std::error_code error;
  const std::string target = std::filesystem::weakly_canonical(socket, error).string();
  return std::ranges::any_of(bird.arguments,
                             [&](const std::string& word) { return word == socket || word == target; });
}

// The one that answers at our socket, or whose arguments name it: one that went into the background made its
// socket before, as a process that is gone since, and one that is stopped answers nobody. Without an argument
// it may be the only one here, for it has the usual socket then, which ours is a link to.
std::vector<os::Process>::const_iterator ours_among(const std::vector<os::Process>& birds,
                                                    const std::string& socket) {
  const auto connected = os::UnixStream::connect(socket);
  const auto listener = connected ? connected->peer() : std::nullopt;
  const auto answers = std::ranges::find_if(
      birds, [&](const os::Process& bird) { return listener && bird.number == listener->process; });
  if (answers != birds.end()) return answers;
  const auto named =
      std::ranges::find_if(birds, [&](const os::Process& bird) { return names(bird, socket); });
  if (named != birds.end()) return named;
  const bool gone = listener && listener->process > 0 && !os::runs(listener->process);
  return gone && birds.size() == 1 ? birds.begin() : birds.end();
}

}  // namespace

std::vector<Error> other_birds(const SiteFiles& files) {
  const std::vector<os::Process> birds = os::processes_here("bird");
  const auto ours = ours_among(birds, files.bird_socket());
  std::vector<Error> others;
  for (auto bird = birds.begin(); bird != birds.end(); ++bird) {
    if (bird != ours) others.push_back(refusal(*bird, files));
  }
  return others;
}

}  // namespace trimtab::cli
