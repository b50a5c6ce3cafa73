// `trimtab up`: makes the kernel match the mesh file, and says what it changed. Everything that can refuse is
// asked before the first change: privilege, key, nft, BIRD, and whatever is somebody else's.
#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "cli/bird_files.h"
#include "cli/bird_program.h"
#include "cli/carry_out.h"
#include "cli/nft.h"
#include "cli/plan_report.h"
#include "cli/reconcile.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

constexpr unsigned kDirectoryMode = 0755;

bool writes_files(const network::Plan& plan) {
  for (const network::Step& step : plan.steps) {
    if (std::holds_alternative<network::WriteFile>(step.action)) return true;
  }
  return false;
}

// Asks nft and BIRD whether they would take what is about to be theirs.
Result<void> rehearse(const SiteState& state, const Reconciliation& made) {
  for (const network::Step& step : made.plan.steps) {
    if (const auto* load = std::get_if<network::LoadTable>(&step.action)) {
      if (const auto checked = check_table(load->script); !checked) return checked;
    }
  }
  if (!writes_files(made.plan)) return {};
  return check_bird_configuration([&](const SiteFiles& scratch) {
    return bird_files(state.mesh, state.self, scratch, made.local, std::nullopt);
  });
}

Result<void> make_directories(const SiteFiles& files) {
  if (const auto made = os::make_directories(files.config_dir, kDirectoryMode); !made) return made;
  return os::make_directories(files.run_dir, kDirectoryMode);
}

// How nft lists our table is known only once it is loaded; without it the next `up` could not tell whether
// somebody changed it since.
Result<void> remember_listing(network::Memory memory, const SiteFiles& files) {
  const auto listing = list_table();
  if (!listing) return listing.error();
  memory.table_listing = listing->value_or("");
  return save_memory(files, memory);
}

// Memory first: whatever happens from here on, `down` knows what was there before.
Result<void> carry_out_remembering(Kernel& kernel, const Reconciliation& made, const SiteFiles& files) {
  if (const auto directories = make_directories(files); !directories) return directories;
  if (const auto saved = save_memory(files, made.plan.memory); !saved) return saved;
  const auto carried = carry_out(kernel, made.plan);
  if (carried) return remember_listing(made.plan.memory, files);
  const auto restored = made.before.site.empty() ? forget(files) : save_memory(files, made.before);
  return restored ? carried : restored;
}

void say_what_is_next(const network::Plan& plan, const SiteFiles& files) {
  std::error_code error;
  if (!std::filesystem::exists(files.bird_socket(), error)) {
    fmt::print("next: bird -c {} -s {}\n", files.bird_configuration(), files.bird_socket());
  } else if (writes_files(plan)) {
    // The daemon first: what BIRD reads next must define every link that BIRD's new configuration has.
    fmt::print("next: pkill -HUP -x trimtab, then: birdc -s {} configure\n", files.bird_socket());
  }
}

void report(const Common& common, const SiteState& state, const network::Plan& plan, const SiteFiles& files) {
  if (common.json) {
    fmt::print("{}\n", control::to_line(plan_json(state.wanted.site, plan)));
    return;
  }
  print_plan(plan);
  if (plan.steps.empty()) {
    fmt::print("nothing to change\n");
    return;
  }
  fmt::print("{} made\n", count_of_changes(plan));
  say_what_is_next(plan, files);
}

int up(const Common& common, SiteFiles files) {
  make_absolute(files);
  int status = kFine;
  const auto state = site_state(common, files, status);
  if (!state) return status;
  auto kernel = Kernel::open();
  if (!kernel) return complain(kernel.error());
  if (const auto usable = check_bird_program(); !usable) return complain(usable.error());
  show_warnings(state->warnings);
  const auto made = reconcile(*kernel, *state, files);
  if (!made) return complain(made.error());
  if (!made->plan.conflicts.empty()) return complain_all(made->plan.conflicts);
  if (const auto rehearsed = rehearse(*state, *made); !rehearsed) return complain(rehearsed.error());
  if (!made->plan.steps.empty()) {
    if (const auto carried = carry_out_remembering(*kernel, *made, files); !carried)
      return complain(carried.error());
  }
  report(common, *state, made->plan, files);
  return kFine;
}

}  // namespace

std::function<int()> declare_up(CLI::App& app, const Common& common) {
  auto files = std::make_shared<SiteFiles>();
  declare_site_files(app, *files);
  return [&common, files] { return up(common, *files); };
}

}  // namespace trimtab::cli
