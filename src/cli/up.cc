// `trimtab up`: makes the kernel match the mesh file, and says what it changed. Everything that can refuse is
// asked before the first change: privilege, key, nft, BIRD, and whatever is somebody else's.
#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "cli/bird_files.h"
#include "cli/bird_program.h"
#include "cli/carry_out.h"
#include "cli/guardian.h"
#include "cli/nft.h"
#include "cli/plan_report.h"
#include "cli/reconcile.h"

namespace trimtab::cli {
namespace {

// Below a second nobody could confirm; above a day nobody remembers.
constexpr Duration kShortestConfirm = std::chrono::seconds{1};
constexpr Duration kLongestConfirm = std::chrono::hours{24};

bool writes_files(const network::Plan& plan) {
  for (const network::Step& step : plan.steps) {
    if (std::holds_alternative<network::WriteFile>(step.action)) return true;
  }
  return false;
}

// Asks nft and BIRD whether they would take what is about to be theirs.
Result<void> rehearse(const SiteState& state, const Reconciliation& made, const SiteFiles& files) {
  for (const network::Step& step : made.plan.steps) {
    if (const auto* load = std::get_if<network::LoadTable>(&step.action)) {
      if (const auto checked = check_table(load->script); !checked) return checked;
    }
  }
  if (!writes_files(made.plan)) return {};
  return check_bird_configuration(files.scratch(), [&](const SiteFiles& scratch) {
    return bird_files(state.mesh, state.self, scratch, made.local, std::nullopt);
  });
}

// How nft lists our table is known only once it is loaded; without it the next `up` could not tell whether
// somebody changed it since.
Result<void> remember(network::Memory memory, const SiteFiles& files) {
  const auto listing = list_table();
  if (!listing) return listing.error();
  memory.table_listing = listing->value_or("");
  return save_memory(files, memory);
}

// Memory first: whatever happens from here on, `up` and `down` know what was there before and what may be
// now.
Result<void> carry_out_remembering(Kernel& kernel, const Reconciliation& made, const SiteFiles& files) {
  const network::Memory journal = network::underway(made.before, made.plan.memory, "up", made.plan.objects());
  if (const auto saved = save_memory(files, journal); !saved) {
    // It may be in place all the same, and only its directory not synced.
    const auto back = put_memory_back(files, made.before);
    return back ? saved : back;
  }
  Outcome outcome = carry_out(kernel, made.plan);
  if (!outcome.failure) {
    const auto remembered = remember(made.plan.memory, files);
    if (remembered) return {};
    const std::string left = take_back(kernel, made.plan);
    outcome = {.failure = remembered.error(), .restored = left.empty()};
    outcome.failure->what += left.empty() ? " (all is undone)" : fmt::format(" (undoing failed: {})", left);
  }
  if (!outcome.restored) return *outcome.failure;
  const auto back = put_memory_back(files, made.before);
  return back ? Result<void>{*outcome.failure} : back;
}

// Under a guardian, where one is wanted; it is told to go where nothing is left to undo.
Result<void> carry_out_guarded(Kernel& kernel, const Reconciliation& made, const SiteFiles& files,
                               std::optional<Duration> confirm) {
  if (!confirm) {
    dismiss_pending(files);
    return carry_out_remembering(kernel, made, files);
  }
  if (const auto started = start_guardian(made, files, *confirm); !started) return started;
  auto carried = carry_out_remembering(kernel, made, files);
  // Where something could not be undone, memory is left as under way, and the guardian tries again in time.
  const auto memory = load_memory(files);
  if (carried) return carried;
  if (memory && memory->doing.empty()) {
    dismiss_pending(files);
    return carried;
  }
  Error error = carried.error();
  error.fix = "its guardian tries to undo the rest in time; `trimtab down` does at once";
  return error;
}

// What another `up` made is its own to confirm: undone over a later one, it would leave neither.
Result<void> nothing_to_confirm(const SiteFiles& files) {
  const auto pending = load_pending(files);
  if (!pending || !is_guarded(files, *pending)) return {};
  return Error{tell_pending(files), "confirm it, or `trimtab down`, before another `up`"};
}

void say_what_is_next(const network::Plan& plan, const SiteFiles& files) {
  std::error_code error;
  if (!std::filesystem::exists(files.bird_socket(), error)) {
    fmt::print("next: bird -c {} -s {}\n", files.bird_configuration(), files.bird_socket());
  } else if (writes_files(plan)) {
    // The daemon first: what BIRD reads next must define every link that BIRD's new configuration has.
    fmt::print("next: systemctl reload trimtab (or pkill -HUP -x trimtab), then: birdc -s {} configure\n",
               files.bird_socket());
  }
}

void report(const Common& common, const SiteState& state, const network::Plan& plan, const SiteFiles& files) {
  if (common.json) {
    fmt::print("{}\n", control::to_line(plan_json(state.wanted.site, plan, state.warnings)));
    return;
  }
  print_plan(plan);
  if (plan.steps.empty()) {
    fmt::print("nothing to change\n");
    return;
  }
  fmt::print("{} made\n", count_of_changes(plan));
  if (const std::string told = tell_pending(files); !told.empty()) fmt::print("{}\n", told);
  say_what_is_next(plan, files);
}

int up(const Common& common, SiteFiles files, std::optional<Duration> confirm) {
  if (const auto absolute = make_absolute_for_bird(files); !absolute) return complain(absolute.error());
  int status = kFine;
  const auto state = site_state(common, files, status);
  if (!state) return status;
  auto kernel = Kernel::open();
  if (!kernel) return complain(kernel.error());
  if (const auto usable = check_bird_program(); !usable) return complain(usable.error());
  show_warnings(state->warnings);
  if (const auto there = make_site_directories(files); !there) return complain(there.error());
  const auto lock = take_site(files);
  if (!lock) return complain(lock.error());
  if (const auto free = nothing_to_confirm(files); !free) return complain(free.error());
  const auto made = reconcile(*kernel, *state, files);
  if (!made) return complain(made.error());
  if (!made->plan.conflicts.empty()) return complain_all(made->plan.conflicts);
  if (const auto rehearsed = rehearse(*state, *made, files); !rehearsed) return complain(rehearsed.error());
  if (!made->plan.steps.empty() || !made->before.doing.empty()) {
    if (const auto carried = carry_out_guarded(*kernel, *made, files, confirm); !carried)
      return complain(carried.error());
  }
  report(common, *state, made->plan, files);
  return kFine;
}

// Nothing where the option was not given.
Result<std::optional<Duration>> read_confirm(const std::string& text) {
  if (text.empty()) return std::optional<Duration>{};
  const auto time = parse_duration(text);
  if (!time) return Error{fmt::format("--confirm: {}", time.error().text())};
  if (*time < kShortestConfirm || *time > kLongestConfirm) return Error{"--confirm: 1s to 24h"};
  return std::optional<Duration>{*time};
}

}  // namespace

std::function<int()> declare_up(CLI::App& app, const Common& common) {
  auto files = std::make_shared<SiteFiles>();
  auto confirm = std::make_shared<std::string>();
  declare_site_files(app, *files);
  app.add_option("--confirm", *confirm,
                 "undo it all after this time, unless `trimtab confirm` is said before")
      ->type_name("TIME");
  return [&common, files, confirm] {
    const auto time = read_confirm(*confirm);
    return time ? up(common, *files, *time) : complain(time.error());
  };
}

}  // namespace trimtab::cli
