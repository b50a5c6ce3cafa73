// Kernel settings: forwarding on for what links carry, reverse-path filter off on links (specification §4;
// IPv6 has none). Both have side effects in the kernel that must be remembered to be undone.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

constexpr const char* kForward = "net/ipv4/ip_forward";
constexpr const char* kAcceptRedirects = "net/ipv4/conf/all/accept_redirects";
constexpr std::string_view kConf = "net/ipv4/conf/";
constexpr std::string_view kConf6 = "net/ipv6/conf/";

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
  path.remove_prefix(kConf.size());  // IPv6's is as long
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

// A forwarding router takes no notice of router advertisements, and the kernel drops the default routes that
// came by them, unless accept_ra is 2. Where they were heeded until now they go on to be: a WAN that has its
// default route from one would lose it. One that came back without (a dial-up line) gets it again.
void plan_advertisements(const WantedState& wanted, const FoundState& found, Plan& plan, Step& forwarding) {
  for (const auto& [path, value] : found.sysctls) {
    if (!path.starts_with(kConf6) || !path.ends_with("/accept_ra") || value != "1") continue;
    const std::string name = interface_of(path);
    const bool ours = std::any_of(wanted.interfaces.begin(), wanted.interfaces.end(),
                                  [&](const Interface& interface) { return interface.name == name; });
    if (ours || name == "all" || name == "default" || name == "lo") continue;
    const bool known =
        std::any_of(plan.memory.sysctls.begin(), plan.memory.sysctls.end(),
                    [&, &own = path](const RememberedSysctl& entry) { return entry.path == own; });
    const std::string* forwards = value_of(found, setting_path(Family::ipv6, name, "forwarding"));
    if (!known && (forwards == nullptr || *forwards != "0")) continue;
    remember(plan, path, "1", "2");
    Step raised = setting(path, "1", "2");
    if (!known) {
      forwarding.lines.push_back(
          fmt::format("{} accept_ra 1 -> 2, so that it still heeds router advertisements", name));
      raised.object.clear();
    }
    plan.steps.push_back(std::move(raised));
  }
}

// Writing all/forwarding writes every interface's and `default`'s.
void plan_ipv6_forwarding(const WantedState& wanted, const FoundState& found, Plan& plan) {
  const std::string path = setting_path(Family::ipv6, "all", "forwarding");
  const std::string* all = value_of(found, path);
  if (all == nullptr) {
    plan.conflicts.push_back({"this kernel has no IPv6, and links has",
                              "boot it without ipv6.disable=1, or take IPv6 out of links"});
    return;
  }
  Step step = setting(path, *all, "1");
  plan_advertisements(wanted, found, plan, step);
  if (*all != "0") return;
  for (const auto& [own, value] : found.sysctls) {
    if (!own.starts_with(kConf6) || !own.ends_with("/forwarding") || own == path || value == "0") continue;
    remember(plan, own, value, "1");
    step.undo.push_back(SetSysctl{{own, value}});
  }
  remember(plan, path, *all, "1");
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

// After a `down` or `up` that was interrupted, what is remembered may be ours, as it was, or neither: writing
// one changes others on the way. All of it is written again, in the order in which it was, also for families
// that are no longer routed: else `down` would find values that are nobody's, and leave them. Returns what
// will then be found.
FoundState write_again(const FoundState& found, const Memory& memory, Plan& plan) {
  FoundState after = found;
  const auto differs = [&](const RememberedSysctl& entry) {
    const std::string* value = value_of(found, entry.path);
    return value != nullptr && *value != entry.ours;
  };
  if (memory.doing.empty() || std::none_of(memory.sysctls.begin(), memory.sysctls.end(), differs))
    return after;
  for (const RememberedSysctl& entry : memory.sysctls) {
    const auto value = after.sysctls.find(entry.path);
    if (value == after.sysctls.end()) continue;
    Step step = setting(entry.path, value->second, entry.ours);
    if (value->second == entry.ours) step.object.clear();
    plan.steps.push_back(std::move(step));
    value->second = entry.ours;
  }
  return after;
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

std::string setting_path(Family family, std::string_view interface, std::string_view setting) {
  return fmt::format("{}{}/{}", family == Family::ipv4 ? kConf : kConf6, interface, setting);
}

std::string rp_filter_path(std::string_view interface) {
  return setting_path(Family::ipv4, interface, "rp_filter");
}

std::string sysctl_object(std::string_view path) {
  // sysctl(8) swaps the two signs, so that an interface's own dot stays apart: eth0/10.
  std::string name(path);
  for (char& sign : name) sign = sign == '/' ? '.' : sign == '.' ? '/' : sign;
  return fmt::format("setting {}", name);
}

void plan_sysctls(const WantedState& wanted, const FoundState& present, const Memory& before, Plan& plan) {
  plan.memory.sysctls = before.sysctls;
  const FoundState found = write_again(present, before, plan);
  for (const Family family : wanted.routed) {
    if (family == Family::ipv6) {
      plan_ipv6_forwarding(wanted, found, plan);
    } else {
      plan_forwarding(found, plan);
      plan_reverse_path(wanted, found, plan);
    }
  }
}

}  // namespace trimtab::network
