// A kernel small enough to be sure of: it takes the actions of a plan as the real one does, side effects
// included, and refuses what the real one refuses. A plan that is right makes found state into wanted state.
#pragma once

#include <string>

#include "network/found.h"
#include "network/plan.h"

namespace trimtab::network {

class ModelKernel {
 public:
  // A router with a WAN and a LAN interface; `rp_filter` is what `all` has, its interfaces have 1.
  explicit ModelKernel(int rp_filter = 0);

  // Empty where it was taken, else the kernel's refusal. A refused action changes nothing.
  std::string take(const Action& action);
  std::string take(const Plan& plan);  // up to the first refusal

  // What `plan_up` sees; tests change it freely to play somebody else.
  FoundState state;

  // Everything, in an order of its own: two kernels with equal text are equal.
  std::string text() const;

 private:
  friend struct Taking;
  void add_settings(const std::string& interface);
};

// What `up` leaves in memory, with the listing that this kernel gives of the table.
Memory memory_after(const Plan& plan, const ModelKernel& kernel);

}  // namespace trimtab::network
