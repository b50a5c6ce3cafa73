#include "cli/other_bird.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

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

// The one that answers at our socket. One that went into the background made its socket before, as a process
// that is gone since: then it is the one whose arguments name the socket, else any.
std::vector<os::Process>::const_iterator ours_among(const std::vector<os::Process>& birds,
                                                    const std::string& socket) {
  const auto connected = os::UnixStream::connect(socket);
  const auto listener = connected ? connected->peer() : std::nullopt;
  if (!listener) return birds.end();
  const auto found = std::ranges::find(birds, listener->process, &os::Process::number);
  if (found != birds.end()) return found;
  const auto named = std::ranges::find_if(birds, [&](const os::Process& bird) {
    return std::ranges::find(bird.arguments, socket) != bird.arguments.end();
  });
  return named != birds.end() ? named : birds.begin();
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
