// Kernel settings: forwarding on, reverse-path filter off on links (specification §4). Both have side effects
// in the kernel that must be remembered to be undone.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

constexpr const char* kForward = "net/ipv4/ip_forward";
constexpr const char* kAcceptRedirects = "net/ipv4/conf/all/accept_redirects";
constexpr std::string_view kConf = "net/ipv4/conf/";

const std::string* value_of(const FoundState& found, const std::string& path) {
  const auto entry = found.sysctls.find(path);
  return entry == found.sysctls.end() ? nullptr : &entry->second;
}

int number(const std::string* value) {
  int result = 0;
  if (value != nullptr) std::from_chars(value->data(), value->data() + value->size(), result);
  return result;
}

// "net/ipv4/conf/eth0/rp_filter" -> "eth0"
std::string interface_of(std::string_view path) {
  path.remove_prefix(kConf.size());
  return std::string(path.substr(0, path.rfind('/')));
}

Step setting(const std::string& path, const std::string& before, const std::string& ours) {
  return {Change::change,
          sysctl_object(path),
          {fmt::format("{} -> {}", before, ours)},
          SetSysctl{{path, ours}},
          {SetSysctl{{path, before}}}};
}

// Writing ip_forward writes every interface's forwarding and `all`'s accept_redirects too. What those would
// not return to by themselves is put back after it.
void plan_forwarding(const FoundState& found, Plan& plan) {
  const std::string* forward = value_of(found, kForward);
  if (forward == nullptr || *forward == "1") return;
  Step step = setting(kForward, *forward, "1");
  if (const std::string* redirects = value_of(found, kAcceptRedirects);
      redirects != nullptr && *redirects == "0") {
    remember(plan, kAcceptRedirects, "0", "0");
    step.undo.push_back(SetSysctl{{kAcceptRedirects, "0"}});
  }
  for (const auto& [path, value] : found.sysctls) {
    if (!path.starts_with(kConf) || !path.ends_with("/forwarding") || value == "0") continue;
    if (path == fmt::format("{}all/forwarding", kConf)) continue;  // the same switch by another name
    remember(plan, path, value, "1");
    step.undo.push_back(SetSysctl{{path, value}});
  }
  remember(plan, kForward, *forward, "1");
  plan.steps.push_back(std::move(step));
}

// In force is the maximum of `all` and the interface's own, so `all` must be 0; whoever relied on it gets its
// value as their own first, new interfaces (`default`) included.
void plan_reverse_path(const WantedState& wanted, const FoundState& found, Plan& plan) {
  const std::string all_path = rp_filter_path("all");
  const std::string* all = value_of(found, all_path);
  if (number(all) == 0) return;
  Step lowered = setting(all_path, *all, "0");
  for (const auto& [path, value] : found.sysctls) {
    if (!path.starts_with(kConf) || !path.ends_with("/rp_filter") || path == all_path) continue;
    const bool link =
        std::any_of(wanted.link_interfaces.begin(), wanted.link_interfaces.end(),
                    [&, &own = path](const std::string& name) { return rp_filter_path(name) == own; });
    if (link || number(&value) >= number(all)) continue;
    remember(plan, path, value, *all);
    Step raised = setting(path, value, *all);
    lowered.lines.push_back(
        fmt::format("{} {} -> {}, so that it keeps what is in force", interface_of(path), value, *all));
    raised.object.clear();
    plan.steps.push_back(std::move(raised));
  }
  remember(plan, all_path, *all, "0");
  plan.steps.push_back(std::move(lowered));
}

}  // namespace

// The first value seen is the one to go back to, however often `up` is run.
void remember(Plan& plan, const std::string& path, const std::string& before, const std::string& ours) {
  for (RememberedSysctl& known : plan.memory.sysctls) {
    if (known.path == path) {
      known.ours = ours;
      return;
    }
  }
  plan.memory.sysctls.push_back({path, before, ours});
}

std::string rp_filter_path(std::string_view interface) {
  return fmt::format("{}{}/rp_filter", kConf, interface);
}

std::string sysctl_object(std::string_view path) {
  // sysctl(8) swaps the two signs, so that an interface's own dot stays apart: eth0/10.
  std::string name(path);
  for (char& sign : name) sign = sign == '/' ? '.' : sign == '.' ? '/' : sign;
  return fmt::format("setting {}", name);
}

void plan_sysctls(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  plan.memory.sysctls = before.sysctls;
  plan_forwarding(found, plan);
  plan_reverse_path(wanted, found, plan);
}

}  // namespace trimtab::network
