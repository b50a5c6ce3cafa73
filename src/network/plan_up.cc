#include "network/plan_parts.h"

namespace trimtab::network {

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
  plan_underlay(wanted, found, memory, plan);
  plan_routes(wanted, found, plan);
  plan_leftovers(wanted, found, plan);
  plan_links(wanted, found, memory, plan);
  return plan;
}

}  // namespace trimtab::network
