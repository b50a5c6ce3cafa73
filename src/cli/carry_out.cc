#include "cli/carry_out.h"

#include "cli/nft.h"
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

// What is left standing where even the way back fails, as one more clause of the error.
std::string undo(Kernel& kernel, const std::vector<network::Step>& steps, std::size_t done) {
  std::string left;
  while (done-- > 0) {
    for (const network::Action& action : steps[done].undo) {
      if (const auto undone = carry_out(kernel, action); !undone) left += ", " + undone.error().what;
    }
  }
  return left;
}

}  // namespace

Result<void> carry_out(Kernel& kernel, const network::Action& action) {
  return std::visit(Edge{kernel}, action);
}

Result<void> carry_out(Kernel& kernel, const network::Plan& plan) {
  for (std::size_t done = 0; done < plan.steps.size(); ++done) {
    const auto carried = carry_out(kernel, plan.steps[done].action);
    if (carried) continue;
    // WireGuard takes several requests, so some of this step may be done; asking for its old state is
    // harmless. Every other step is one request: it happened or it did not.
    const bool partly = std::holds_alternative<network::ConfigureWireGuard>(plan.steps[done].action);
    const std::string left = undo(kernel, plan.steps, partly ? done + 1 : done);
    Error error = carried.error();
    error.what += left.empty() ? " (what was done before it is undone)"
                               : " (undoing the rest failed as well" + left + ")";
    return error;
  }
  return {};
}

}  // namespace trimtab::cli
