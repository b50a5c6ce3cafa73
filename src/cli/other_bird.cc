#include "cli/other_bird.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "cli/bird_files.h"
#include "os/processes.h"

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

}  // namespace

std::vector<Error> other_birds(const SiteFiles& files) {
  std::vector<Error> others;
  for (const os::Process& bird : os::processes_here("bird")) {
    if (!os::has_socket(bird, files.bird_socket())) others.push_back(refusal(bird, files));
  }
  return others;
}

}  // namespace trimtab::cli
