// `trimtab plan`: what `up` would change, as a diff. Reads, and touches nothing (the kernel may load
// WireGuard's module, when it is asked whether it has it).
#include <fmt/core.h>

#include <memory>

#include "cli/bird_program.h"
#include "cli/pending.h"
#include "cli/plan_report.h"
#include "cli/reconcile.h"
#include "network/monthly_cost.h"

namespace trimtab::cli {
namespace {

std::string in_megabytes(std::uint64_t bytes) {
  return fmt::format("{:.0f} MB", static_cast<double>(bytes) / 1e6);
}

void print_costs(const SiteState& state) {
  for (const network::MonthlyCost& cost : network::monthly_costs(state.mesh, state.self)) {
    fmt::print("link to {}: {} a month for probes, {} for BFD, both directions together\n",
               state.mesh.find_site(cost.neighbour)->name, in_megabytes(cost.probe_bytes),
               in_megabytes(cost.bfd_bytes));
  }
}

control::Json json(const SiteState& state, const network::Plan& plan) {
  control::Json links = control::Json::array();
  for (const network::MonthlyCost& cost : network::monthly_costs(state.mesh, state.self)) {
    links.push_back({{"neighbour", state.mesh.find_site(cost.neighbour)->name},
                     {"probe_bytes_a_month", cost.probe_bytes},
                     {"bfd_bytes_a_month", cost.bfd_bytes}});
  }
  control::Json report = plan_json(state.wanted.site, plan, state.warnings);
  report["sessions_reset"] = plan.sessions_reset();
  report["links"] = std::move(links);
  return report;
}

void report(const Common& common, const SiteState& state, const network::Plan& plan) {
  if (common.json) {
    fmt::print("{}\n", control::to_line(json(state, plan)));
    return;
  }
  print_plan(plan);
  if (plan.steps.empty()) {
    fmt::print("nothing to change\n");
  } else {
    fmt::print("`up` would make {}; BGP sessions that would reset: {}\n", count_of_changes(plan),
               plan.sessions_reset());
  }
  print_costs(state);
}

int plan(const Common& common, SiteFiles files) {
  if (const auto absolute = make_absolute_for_bird(files); !absolute) return complain(absolute.error());
  int status = kFine;
  auto state = site_state(common, files, status);
  if (!state) return status;
  auto kernel = Kernel::open();
  if (!kernel) return complain(kernel.error());
  show_warnings(state->warnings);
  auto made = reconcile(*kernel, *state, files);
  if (!made) return complain(made.error());
  if (!made->plan.conflicts.empty()) return complain_all(made->plan.conflicts);
  if (const std::string told = tell_pending(files); !told.empty()) made->plan.notes.push_back(told);
  std::vector<std::string> lacking;
  if (const auto missing = missing_from(*kernel, made->plan)) lacking.push_back(*missing);
  if (const auto usable = check_bird_program(); !usable)
    lacking.push_back("`up` will refuse: " + usable.error().text());
  show_warnings(lacking);
  state->warnings.insert(state->warnings.end(), lacking.begin(), lacking.end());
  report(common, *state, made->plan);
  return kFine;
}

}  // namespace

std::function<int()> declare_plan(CLI::App& app, const Common& common) {
  auto files = std::make_shared<SiteFiles>();
  declare_site_files(app, *files);
  return [&common, files] { return plan(common, *files); };
}

}  // namespace trimtab::cli
