#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

// What of an interrupted run's work is done: all that is not to be done again.
std::vector<std::string> done_of(const Memory& before, const Plan& plan) {
  const std::vector<std::string> missing = plan.objects();
  std::vector<std::string> done;
  for (const std::string& step : before.unfinished) {
    if (std::find(missing.begin(), missing.end(), step) == missing.end()) done.push_back(step);
  }
  return done;
}

void note_interruption(const Memory& before, Plan& plan) {
  constexpr std::string_view kWays = "`up` makes it what the mesh file says, `down` removes it";
  if (before.doing == "down") plan.notes.push_back(fmt::format("`down` was interrupted here; {}", kWays));
  if (before.doing != "up") return;
  const std::vector<std::string> done = done_of(before, plan);
  plan.notes.push_back(fmt::format("`up` was interrupted here after {} of {} changes{}{}; {}", done.size(),
                                   before.unfinished.size(), done.empty() ? "" : ": ", fmt::join(done, ", "),
                                   kWays));
}

}  // namespace

// Files first, since the firewall and BIRD are what most likely refuses; the firewall stands before there is
// anything to guard; a link that is gone makes room for one that has another name and the same ends.
Plan plan_up(const WantedState& wanted, const FoundState& found, const Memory& memory) {
  Plan plan;
  plan.memory.kernel = memory.kernel;
  plan.memory.mesh = wanted.mesh;
  plan.memory.site = wanted.site;
  plan_files(wanted, found, memory, plan);
  plan_table(wanted, found, memory, plan);
  plan_sysctls(wanted, found, memory, plan);
  plan_stale_routes(wanted, found, plan);
  plan_underlay(wanted, found, memory, plan);
  plan_routes(wanted, found, plan);
  plan_leftovers(wanted, found, plan);
  plan_links(wanted, found, memory, plan);
  note_interruption(memory, plan);
  return plan;
}

}  // namespace trimtab::network
