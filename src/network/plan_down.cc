// The way back: what `up` made goes, what it changed is put back, what somebody else added since is named.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "network/firewall.h"
#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

constexpr std::uint8_t kKernelProtocol = 2;  // RTPROT_KERNEL: comes and goes with addresses
constexpr std::uint8_t kBirdProtocol = 12;   // RTPROT_BIRD: what our own BIRD carries over the links

// Deleting an interface takes everything on it along, so nothing of anybody else's may be on it.
void check_passengers(const std::string& interface, const FoundState& found, const Memory& memory,
                      Plan& plan) {
  for (const auto& [address, by_kernel] : found.addresses) {
    const bool ours = memory.addresses.empty() ||
                      std::count(memory.addresses.begin(), memory.addresses.end(), address) != 0;
    if (address.interface != interface || by_kernel || ours) continue;
    plan.conflicts.push_back(
        {fmt::format("address {} on {} is not trimtab's and would go with it", address.prefix.text(),
                     interface),
         fmt::format("remove it first: ip address delete {} dev {}", address.prefix.text(), interface)});
  }
  constexpr std::array<std::uint8_t, 3> kExpected{kKernelProtocol, kBirdProtocol, kRouteProtocol};
  for (const FoundRoute& route : found.routes) {
    if (route.interface != interface || std::count(kExpected.begin(), kExpected.end(), route.protocol) != 0)
      continue;
    plan.conflicts.push_back(
        {fmt::format("the route to {} over {} is not trimtab's and would go with it", route.to.text(),
                     interface),
         fmt::format("remove it first: ip route delete {} dev {}", route.to.text(), interface)});
  }
}

void remove_interfaces(const FoundState& found, const Memory& memory, Plan& plan) {
  std::vector<std::string> names;
  for (const FoundInterface& present : found.interfaces) {
    if (present.is_own()) {
      names.push_back(present.interface.name);
    } else if (present.has_group_alone()) {
      plan.notes.push_back(
          fmt::format("interface {} is in group {} and nothing else says that `trimtab up` made it: it stays",
                      present.interface.name, kInterfaceGroup));
    }
  }
  // The links before what carries them.
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name != kUnderlay; });
  for (const auto& [interface, wireguard] : found.wireguard) {
    for (const FoundPeer& peer : wireguard.peers) {
      if (is_foreign(peer, memory)) plan.conflicts.push_back(foreign_peer(interface, peer));
    }
  }
  for (const std::string& name : names) {
    check_passengers(name, found, memory, plan);
    plan.steps.push_back({Change::remove, fmt::format("interface {}", name), {}, DeleteInterface{name}, {}});
  }
}

// "net/ipv4/conf/wg0/forwarding" goes with wg0, whoever remembered it.
bool goes_with_its_interface(const std::string& path, const FoundState& found) {
  return std::any_of(found.interfaces.begin(), found.interfaces.end(), [&](const FoundInterface& present) {
    return present.is_own() && path.find("/conf/" + present.interface.name + "/") != std::string::npos;
  });
}

void restore_sysctls(const FoundState& found, const Memory& memory, Plan& plan) {
  for (auto known = memory.sysctls.rbegin(); known != memory.sysctls.rend(); ++known) {
    const auto present = found.sysctls.find(known->path);
    if (present == found.sysctls.end() || goes_with_its_interface(known->path, found)) continue;
    // A `down` that was interrupted leaves values that are neither: putting one back changes others on the
    // way.
    const bool interrupted = !memory.doing.empty();
    // What `up` did not come to.
    if (!interrupted && present->second == known->before && known->before != known->ours) continue;
    if (!interrupted && present->second != known->ours) {
      plan.notes.push_back(fmt::format("{} was changed since to {} and stays (before trimtab: {})",
                                       sysctl_object(known->path), present->second, known->before));
      continue;
    }
    // Also where both are the same: writing ip_forward back changes it on the way.
    Step step{Change::change,
              sysctl_object(known->path),
              {fmt::format("{} -> {}", present->second, known->before)},
              SetSysctl{{known->path, known->before}},
              {}};
    if (present->second == known->before) step.object.clear();
    plan.steps.push_back(std::move(step));
  }
}

void remove_table(const FoundState& found, Plan& plan) {
  if (!found.table_listing || !is_own_table(*found.table_listing)) return;
  plan.steps.push_back(
      {Change::remove, fmt::format("table {} {}", kTableFamily, kTableName), {}, DeleteTable{}, {}});
}

void remove_files(const FoundState& found, const Memory& memory, Plan& plan) {
  for (const std::string& path : memory.files) {
    if (found.files.contains(path)) {
      plan.steps.push_back({Change::remove, fmt::format("file {}", path), {}, RemoveFile{path}, {}});
    }
  }
}

}  // namespace

Plan plan_down(const FoundState& found, const Memory& memory) {
  Plan plan;
  remove_interfaces(found, memory, plan);
  restore_sysctls(found, memory, plan);
  remove_table(found, plan);
  remove_files(found, memory, plan);
  return plan;
}

}  // namespace trimtab::network
