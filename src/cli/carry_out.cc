#include "cli/carry_out.h"

#include <fmt/core.h>

#include <cerrno>

#include "cli/nft.h"
#include "netlink/refusal.h"
#include "os/files.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

// The actions that are not the kernel's own to know.
struct Edge {
  Kernel& kernel;

  Result<void> operator()(const network::WriteFile& action) const {
    return os::replace_file(action.file.path, action.file.content, action.file.mode);
  }
  Result<void> operator()(const network::RemoveFile& action) const { return os::remove_file(action.path); }
  Result<void> operator()(const network::LoadTable& action) const { return load_table(action.script); }
  Result<void> operator()(const network::DeleteTable&) const { return delete_table(); }
  Result<void> operator()(const network::SetSysctl& action) const {
    return os::write_sysctl(action.sysctl.path, action.sysctl.value);
  }
  template <typename Action>
  Result<void> operator()(const Action& action) const {
    return kernel.carry_out(action);
  }
};

// What the undo of a step says where the step was never carried out.
bool was_so(const network::Action& undo, const Error& error) {
  return netlink::means_gone(error.number) ||
         (std::holds_alternative<network::AddRoute>(undo) && error.number == EEXIST);
}

enum class Undo : bool { what_was_done, whatever_was_done };

// The steps before `end`, last first; what cannot be undone in words. Where it is not known whether a step
// was carried out, that there is nothing to undo is no trouble.
std::string undo(Kernel& kernel, const std::vector<network::Step>& steps, std::size_t end, Undo how) {
  std::string left;
  while (end-- > 0) {
    for (const network::Action& action : steps[end].undo) {
      const auto undone = carry_out(kernel, action);
      if (undone) continue;
      if (how == Undo::whatever_was_done && was_so(action, undone.error())) continue;
      left += (left.empty() ? "" : ", ") + undone.error().what;
    }
  }
  return left;
}

// WireGuard takes several requests; a file may be in place and its directory not synced; nft may have been
// killed for its slowness after its work. Asking for the old state is harmless there. Every other step is one
// request: it happened or it did not, and what stands in its place may be somebody else's.
bool may_be_done_in_part(const network::Action& action) {
  return std::holds_alternative<network::ConfigureWireGuard>(action) ||
         std::holds_alternative<network::WriteFile>(action) ||
         std::holds_alternative<network::LoadTable>(action);
}

}  // namespace

Result<void> carry_out(Kernel& kernel, const network::Action& action) {
  return std::visit(Edge{kernel}, action);
}

Outcome carry_out(Kernel& kernel, const network::Plan& plan) {
  for (std::size_t done = 0; done < plan.steps.size(); ++done) {
    const auto carried = carry_out(kernel, plan.steps[done].action);
    if (carried) continue;
    const std::size_t end = may_be_done_in_part(plan.steps[done].action) ? done + 1 : done;
    const std::string left = undo(kernel, plan.steps, end, Undo::what_was_done);
    Error error = carried.error();
    error.what += left.empty() ? " (what was done before it is undone)"
                               : fmt::format(" (undoing what was done before it failed as well: {})", left);
    return {.failure = error, .restored = left.empty()};
  }
  return {};
}

std::string take_back(Kernel& kernel, const network::Plan& plan) {
  return undo(kernel, plan.steps, plan.steps.size(), Undo::whatever_was_done);
}

}  // namespace trimtab::cli
