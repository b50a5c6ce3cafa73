// `trimtab confirm`: keeps what the last `up --confirm` made.
#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/pending.h"

namespace trimtab::cli {
namespace {

int confirm(SiteFiles files) {
  make_absolute(files);
  const auto lock = take_site(files);
  if (!lock) return complain(lock.error());
  const auto pending = load_pending(files);
  if (!pending) {
    return complain(Error{"nothing to confirm: no `up --confirm` waits for it"}, kAnswerIsNo);
  }
  if (!pending->undone.empty()) {
    return complain(Error{fmt::format("too late: the last `up --confirm` was undone {}", pending->undone),
                          "run `trimtab up --confirm` again"},
                    kAnswerIsNo);
  }
  if (const auto memory = read_memory(files); !memory || !memory->doing.empty()) {
    return complain(Error{"nothing to keep: the last `up --confirm` did not come to its end",
                          "`trimtab down` removes what it made; its guardian undoes it in time"},
                    kAnswerIsNo);
  }
  const bool guarded = is_guarded(files, *pending);
  dismiss_pending(files);
  fmt::print("{}\n", guarded ? "confirmed: it stays" : "confirmed: it stays (its guardian had been killed)");
  return kFine;
}

}  // namespace

std::function<int()> declare_confirm(CLI::App& app, const Common&) {
  auto files = std::make_shared<SiteFiles>();
  declare_site_files(app, *files);
  return [files] { return confirm(*files); };
}

}  // namespace trimtab::cli
