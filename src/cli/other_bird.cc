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

// `bird` says which one.
Error refusal(const std::string& bird, const SiteFiles& files) {
  const std::string what = fmt::format("another BIRD runs in this network namespace ({})", bird);
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

std::vector<Error> others_among_processes(const SiteFiles& files) {
  const std::vector<os::Process> birds = os::processes_here("bird");
  const auto ours = ours_among(birds, files.bird_socket());
  std::vector<Error> others;
  for (auto bird = birds.begin(); bird != birds.end(); ++bird) {
    if (bird == ours) continue;
    others.push_back(
        refusal(fmt::format("process {}: {}", bird->number, fmt::join(bird->arguments, " ")), files));
  }
  return others;
}

// bird.ctl, as BIRD calls its socket where it is not told otherwise, and what people make of it: bird6.ctl,
// office-bird.ctl. Only the name is looked at, since connecting might start what systemd listens for.
bool is_named_as_birds(const std::filesystem::path& socket) {
  return socket.extension() == ".ctl" && socket.stem().string().find("bird") != std::string::npos;
}

std::vector<Error> others_among_sockets(const SiteFiles& files) {
  std::error_code error;
  const auto ours = std::filesystem::weakly_canonical(files.bird_socket(), error);
  std::vector<Error> others;
  for (const std::filesystem::path socket : os::listening_files_here()) {
    if (!is_named_as_birds(socket) || std::filesystem::weakly_canonical(socket, error) == ours) continue;
    others.push_back(refusal(fmt::format("it listens at {}", socket.string()), files));
  }
  return others;
}

}  // namespace

std::vector<Error> other_birds(const SiteFiles& files) {
  return os::processes_are_hidden() ? others_among_sockets(files) : others_among_processes(files);
}

}  // namespace trimtab::cli
