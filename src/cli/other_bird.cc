#include "cli/other_bird.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "cli/bird_files.h"
#include "os/processes.h"
#include "os/unix_stream.h"

namespace trimtab::cli {
namespace {

// Where a BIRD of Debian's listens that was not told otherwise.
constexpr std::string_view kUsualSocket = "/run/bird/bird.ctl";

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

// bird.ctl in a directory of any name, as BIRD calls its socket where it is not told otherwise; what people
// make of it (bird6.ctl, office-bird.sock); anything in a directory called bird. Not: thunderbird.
bool is_named_as_birds(const std::string& name) {
  const auto is_letter = [&](std::size_t at) {
    return at < name.size() && std::isalpha(static_cast<unsigned char>(name[at])) != 0;
  };
  for (std::size_t at = name.find("bird"); at != std::string::npos; at = name.find("bird", at + 1)) {
    if (!(at > 0 && is_letter(at - 1)) && !is_letter(at + 4)) return true;
  }
  return false;
}

bool listens_at(const os::Process& bird, const std::string& socket) {
  if (names(bird, socket)) return true;
  const bool told = std::ranges::find(bird.arguments, "-s") != bird.arguments.end();
  return !told && socket == kUsualSocket;
}

// Those that /proc hides, as it does from the unit trimtab-up: known by their sockets' names.
void add_hidden(const std::vector<os::Process>& seen, const SiteFiles& files, std::vector<Error>& others) {
  const auto listening = os::listening_files_here();
  if (!listening) {
    others.push_back({fmt::format("cannot tell whether another BIRD runs here: {}", listening.error().what)});
    return;
  }
  std::error_code error;
  const std::filesystem::path ours = std::filesystem::weakly_canonical(files.bird_socket(), error);
  for (const std::string& file : *listening) {
    const std::filesystem::path socket(file);
    if (!is_named_as_birds(socket.stem()) && !is_named_as_birds(socket.parent_path().filename())) continue;
    if (std::filesystem::weakly_canonical(socket, error) == ours) continue;
    const auto connected = os::UnixStream::connect(file);
    const auto listener = connected ? connected->peer() : std::nullopt;
    const bool is_seen = std::ranges::any_of(seen, [&](const os::Process& bird) {
      return listens_at(bird, file) || (listener && listener->process == bird.number);
    });
    if (!is_seen) others.push_back(refusal(fmt::format("it listens at {}", file), files));
  }
}

}  // namespace

std::vector<Error> other_birds(const SiteFiles& files) {
  const std::vector<os::Process> birds = os::processes_here("bird");
  const auto ours = ours_among(birds, files.bird_socket());
  std::vector<Error> others;
  for (auto bird = birds.begin(); bird != birds.end(); ++bird) {
    if (bird == ours) continue;
    others.push_back(
        refusal(fmt::format("process {}: {}", bird->number, fmt::join(bird->arguments, " ")), files));
  }
  add_hidden(birds, files, others);
  return others;
}

}  // namespace trimtab::cli
