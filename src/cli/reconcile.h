// What plan, up and down have in common: found against wanted, and how it is said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bird/configuration.h"
#include "cli/command.h"
#include "cli/kernel.h"
#include "cli/site_files.h"
#include "cli/site_state.h"
#include "network/plan.h"

namespace trimtab::cli {

// A plan and what it was made from, as far as carrying it out needs it.
struct Reconciliation {
  network::Plan plan;
  network::Memory before;
  bird::Local local;
};

// What `up` would do now.
Result<Reconciliation> reconcile(Kernel& kernel, const SiteState& state, const SiteFiles& files);

// What `down` would do now.
Result<Reconciliation> reconcile_with_nothing(Kernel& kernel, const SiteFiles& files);

// What the kernel lacks for a plan, as far as it tells beforehand (of GRE it does not). Absent: nothing.
std::optional<std::string> missing_from(Kernel& kernel, const network::Plan& plan);

// "trimtab: warning: …" on stderr, one line each.
void show_warnings(const std::vector<std::string>& warnings);

// Every one of them on stderr; returns kUsage.
int complain_all(const std::vector<Error>& errors);

}  // namespace trimtab::cli
