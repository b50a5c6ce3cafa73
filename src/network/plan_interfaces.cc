// Interfaces and their addresses. An interface is ours by its alias; an address on it is ours where the mesh
// file wants it or memory has it.
#include <fmt/core.h>

#include <algorithm>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

std::string gre_text(const Gre& gre) {
  return fmt::format("gre from {} to {}, ttl {}", gre.local.text(), gre.remote.text(), gre.ttl);
}

std::string object_of(const std::string& interface) {
  return fmt::format("interface {}", interface);
}

// Somebody else's interface under our name, or his tunnel between our two ends: the kernel takes only one.
bool is_blocked(const Interface& interface, const FoundState& found, Plan& plan) {
  for (const FoundInterface& other : found.interfaces) {
    const Interface& theirs = other.interface;
    if (theirs.name == interface.name && (!other.is_own() || theirs.kind != interface.kind)) {
      plan.conflicts.push_back({fmt::format("interface {} ({}) is not trimtab's", theirs.name,
                                            theirs.kind.empty() ? "device" : theirs.kind),
                                fmt::format("rename or delete it: ip link delete {}", theirs.name)});
      return true;
    }
    if (interface.gre && theirs.gre && !other.is_own() && theirs.gre->local == interface.gre->local &&
        theirs.gre->remote == interface.gre->remote) {
      plan.conflicts.push_back(
          {fmt::format("interface {}, which is not trimtab's, is a GRE tunnel between the same "
                       "two addresses as {}",
                       theirs.name, interface.name),
           fmt::format("delete it: ip link delete {}", theirs.name)});
      return true;
    }
  }
  return false;
}

void create(const Interface& interface, Plan& plan) {
  std::vector<std::string> lines{interface.gre ? gre_text(*interface.gre) : interface.kind,
                                 fmt::format("mtu {}", interface.mtu)};
  plan.steps.push_back({Change::add,
                        object_of(interface.name),
                        std::move(lines),
                        CreateInterface{interface},
                        {DeleteInterface{interface.name}}});
}

void change(const Interface& interface, const Interface& present, Plan& plan) {
  ChangeInterface forward{.name = interface.name};
  ChangeInterface back{.name = interface.name};
  std::vector<std::string> lines;
  if (interface.mtu != present.mtu) {
    lines.push_back(fmt::format("mtu {} -> {}", present.mtu, interface.mtu));
    forward.mtu = interface.mtu;
    back.mtu = present.mtu;
  }
  if (interface.gre != present.gre) {
    if (present.gre) lines.push_back(fmt::format("- {}", gre_text(*present.gre)));
    if (interface.gre) lines.push_back(fmt::format("+ {}", gre_text(*interface.gre)));
    forward.gre = interface.gre;
    back.gre = present.gre;
  }
  if (lines.empty()) return;
  plan.steps.push_back({Change::change, object_of(interface.name), std::move(lines), forward, {back}});
}

void set_up(const std::string& name, const FoundInterface* present, Plan& plan) {
  if (present != nullptr && present->up) return;
  // A new interface is of course brought up; one that was taken down is worth a line.
  plan.steps.push_back({Change::change,
                        present == nullptr ? "" : object_of(name),
                        {"down -> up"},
                        ChangeInterface{.name = name, .up = true},
                        {ChangeInterface{.name = name, .up = false}}});
}

void add_address(const Address& address, const FoundState& found, Plan& plan) {
  for (const FoundAddress& other : found.addresses) {
    if (other.address == address) return;
    if (other.address.prefix.address != address.prefix.address) continue;
    const FoundInterface* holder = found.find(other.address.interface);
    if (holder != nullptr && holder->is_own()) continue;
    plan.conflicts.push_back({fmt::format("address {} is on interface {}, which is not trimtab's",
                                          other.address.prefix.text(), other.address.interface),
                              "remove it there, or choose other addresses in the mesh file"});
    return;
  }
  plan.steps.push_back({Change::add,
                        fmt::format("address {} on {}", address.prefix.text(), address.interface),
                        {},
                        AddAddress{address},
                        {DeleteAddress{address}}});
}

// WireGuard turns this off for the whole namespace when its interface comes up, and never on again.
void remember_redirects(const FoundState& found, Plan& plan) {
  const std::string path = "net/ipv4/conf/all/send_redirects";
  const auto present = found.sysctls.find(path);
  if (present == found.sysctls.end() || present->second == "0") return;
  remember(plan, path, present->second, "0");
  // Carried out before the interface is up, and undone after it is gone again.
  plan.steps.push_back(
      {Change::change, "", {}, SetSysctl{{path, "0"}}, {SetSysctl{{path, present->second}}}});
}

void remove_stale_addresses(const std::string& interface, const WantedState& wanted, const FoundState& found,
                            const Memory& before, Plan& plan) {
  for (const auto& [address, by_kernel] : found.addresses) {
    if (address.interface != interface || by_kernel) continue;
    if (std::count(wanted.addresses.begin(), wanted.addresses.end(), address) != 0) continue;
    const std::string text = fmt::format("address {} on {}", address.prefix.text(), interface);
    if (std::count(before.addresses.begin(), before.addresses.end(), address) == 0) {
      plan.notes.push_back(fmt::format("{} is not trimtab's and stays", text));
      continue;
    }
    plan.steps.push_back({Change::remove, text, {}, DeleteAddress{address}, {AddAddress{address}}});
  }
}

// Everything about one interface but whether it is up. Nothing where somebody else's is in the way.
bool plan_interface(const Interface& interface, const WantedState& wanted, const FoundState& found,
                    const Memory& before, Plan& plan) {
  if (is_blocked(interface, found, plan)) return false;
  const FoundInterface* present = found.find(interface.name);
  if (present == nullptr) {
    create(interface, plan);
  } else {
    change(interface, present->interface, plan);
    remove_stale_addresses(interface.name, wanted, found, before, plan);
  }
  for (const Address& address : wanted.addresses) {
    if (address.interface == interface.name) add_address(address, found, plan);
  }
  return true;
}

void plan_link_filter(const std::string& name, const FoundState& found, Plan& plan) {
  const std::string path = rp_filter_path(name);
  const auto present = found.sysctls.find(path);
  const bool exists = present != found.sysctls.end();
  if (exists && present->second == "0") return;
  // It goes with its interface, so there is nothing to remember; a new one inherited some value or other.
  Step step{Change::change, exists ? sysctl_object(path) : "", {}, SetSysctl{{path, "0"}}, {}};
  if (exists) {
    step.lines.push_back(fmt::format("{} -> 0", present->second));
    step.undo.push_back(SetSysctl{{path, present->second}});
  }
  plan.steps.push_back(std::move(step));
}

// As it was, for the undo of its removal.
std::vector<Action> recreation(const FoundInterface& present, const FoundState& found) {
  const std::string& name = present.interface.name;
  std::vector<Action> actions{CreateInterface{present.interface}};
  for (const auto& [address, by_kernel] : found.addresses) {
    if (address.interface == name && !by_kernel) actions.push_back(AddAddress{address});
  }
  if (const auto filter = found.sysctls.find(rp_filter_path(name)); filter != found.sysctls.end()) {
    actions.push_back(SetSysctl{{filter->first, filter->second}});
  }
  if (present.up) actions.push_back(ChangeInterface{.name = name, .up = true});
  return actions;
}

}  // namespace

void plan_underlay(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  plan.memory.addresses = wanted.addresses;
  const Interface& underlay = wanted.interfaces.front();
  if (!plan_interface(underlay, wanted, found, before, plan)) return;
  plan_wireguard(wanted, found, before, plan);
  const FoundInterface* present = found.find(underlay.name);
  if (present == nullptr || !present->up) remember_redirects(found, plan);
  set_up(underlay.name, present, plan);
}

void plan_links(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  for (const Interface& interface : wanted.interfaces) {
    if (interface.name == kUnderlay || !plan_interface(interface, wanted, found, before, plan)) continue;
    plan_link_filter(interface.name, found, plan);
    set_up(interface.name, found.find(interface.name), plan);
  }
}

void plan_leftovers(const WantedState& wanted, const FoundState& found, Plan& plan) {
  for (const FoundInterface& present : found.interfaces) {
    const std::string& name = present.interface.name;
    const bool kept = std::any_of(wanted.interfaces.begin(), wanted.interfaces.end(),
                                  [&](const Interface& interface) { return interface.name == name; });
    if (kept || !present.is_own()) continue;
    plan.steps.push_back({Change::remove,
                          object_of(name),
                          {"the mesh file has no such link"},
                          DeleteInterface{name},
                          recreation(present, found)});
  }
}

}  // namespace trimtab::network
