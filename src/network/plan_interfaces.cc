// Interfaces and their addresses. An interface is ours by its alias; an address on it is ours where the mesh
// file wants it or memory has it.
#include <fmt/core.h>

#include <algorithm>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

std::string gre_text(const Gre& gre) {
  return fmt::format("gre from {} to {}, ttl {}{}", gre.local.text(), gre.remote.text(), gre.ttl,
                     gre.encapsulation_limit ? ", with an encapsulation limit" : "");
}

std::string object_of(const std::string& interface) {
  return fmt::format("interface {}", interface);
}

// Ours, and what is wanted does not have it, or has another kind of interface by its name.
bool is_leftover(const FoundInterface& present, const WantedState& wanted) {
  return present.is_own() &&
         std::none_of(wanted.interfaces.begin(), wanted.interfaces.end(), [&](const Interface& interface) {
           return interface.name == present.interface.name && interface.kind == present.interface.kind;
         });
}

// Somebody else's interface under our name, or his tunnel between our two ends: the kernel takes only one.
bool is_blocked(const Interface& interface, const FoundState& found, Plan& plan) {
  for (const FoundInterface& other : found.interfaces) {
    const Interface& theirs = other.interface;
    if (theirs.name == interface.name && !other.is_own()) {
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
  if (interface.alias != present.alias) {
    lines.push_back(fmt::format("alias \"{}\" -> \"{}\"", present.alias, interface.alias));
    forward.alias = interface.alias;
    back.alias = present.alias;
  }
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

void add_address(const Address& address, const WantedState& wanted, const FoundState& found, Plan& plan) {
  for (const FoundAddress& other : found.addresses) {
    if (other.address.prefix.address != address.prefix.address) continue;
    const FoundInterface* holder = found.find(other.address.interface);
    if (holder != nullptr && is_leftover(*holder, wanted)) continue;
    if (other.address == address) return;
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
  const bool done = std::any_of(plan.steps.begin(), plan.steps.end(), [&](const Step& step) {
    const auto* set = std::get_if<SetSysctl>(&step.action);
    return set != nullptr && set->sysctl.path == path;
  });
  if (done) return;
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

// What an interface of ours has to have of its own. IPv6 may be off for new interfaces; and nobody in the
// mesh is to give this router a default route or an address.
std::vector<Sysctl> own_settings(const std::string& name, const WantedState& wanted) {
  std::vector<Sysctl> settings;
  const auto has = [](const auto& list, const auto& entry) {
    return std::find(list.begin(), list.end(), entry) != list.end();
  };
  if (has(wanted.link_interfaces, name) && has(wanted.routed, Family::ipv4))
    settings.push_back({rp_filter_path(name), "0"});
  const bool ipv6 =
      std::any_of(wanted.addresses.begin(), wanted.addresses.end(), [&](const Address& address) {
        return address.interface == name && address.prefix.address.family == Family::ipv6;
      });
  for (const char* setting : {"accept_ra", "disable_ipv6"}) {
    if (ipv6) settings.push_back({setting_path(Family::ipv6, name, setting), "0"});
  }
  return settings;
}

void plan_setting(const Sysctl& setting, bool is_new, const FoundState& found, Plan& plan) {
  const auto present = found.sysctls.find(setting.path);
  const bool exists = !is_new && present != found.sysctls.end();
  if (exists && present->second == setting.value) return;
  // It goes with its interface, so there is nothing to remember; a new one inherited some value or other.
  Step step{Change::change, exists ? sysctl_object(setting.path) : "", {}, SetSysctl{setting}, {}};
  if (exists) {
    step.lines.push_back(fmt::format("{} -> {}", present->second, setting.value));
    step.undo.push_back(SetSysctl{{setting.path, present->second}});
  }
  plan.steps.push_back(std::move(step));
}

// Everything about one interface. Nothing where somebody else's is in the way.
void plan_interface(const Interface& interface, const WantedState& wanted, const FoundState& found,
                    const Memory& before, Plan& plan) {
  if (is_blocked(interface, found, plan)) return;
  const FoundInterface* present = found.find_own(interface);
  if (present == nullptr) {
    create(interface, plan);
  } else {
    change(interface, present->interface, plan);
    if (interface.name != kUnderlay) remove_stale_addresses(interface.name, wanted, found, before, plan);
  }
  for (const Sysctl& setting : own_settings(interface.name, wanted))
    plan_setting(setting, present == nullptr, found, plan);
  for (const Address& address : wanted.addresses) {
    if (address.interface == interface.name) add_address(address, wanted, found, plan);
  }
  // Without any address in between the kernel would drop the routes to the peers. A link's goes first: in its
  // net of four addresses the new one would be second to the old, and go with it.
  if (present != nullptr && interface.name == kUnderlay)
    remove_stale_addresses(interface.name, wanted, found, before, plan);
  for (const WantedWireGuard& wireguard : wanted.wireguard) {
    if (wireguard.interface != interface.name) continue;
    plan_wireguard(wireguard, wanted, found, before, plan);
    if (present == nullptr || !present->up) remember_redirects(found, plan);
  }
  set_up(interface.name, present, plan);
}

ConfigureWireGuard whole_configuration(const std::string& name, const FoundWireGuard& present) {
  ConfigureWireGuard whole{.interface = name, .private_key = present.private_key, .port = present.port};
  for (const FoundPeer& peer : present.peers) {
    whole.peers.push_back(
        {.key = peer.key, .endpoint = peer.endpoint, .keepalive = peer.keepalive, .allowed = peer.allowed});
  }
  return whole;
}

std::string why_leftover(const std::string& name, const WantedState& wanted) {
  const bool renewed = std::any_of(wanted.interfaces.begin(), wanted.interfaces.end(),
                                   [&](const Interface& interface) { return interface.name == name; });
  if (renewed) return "it becomes another kind of interface";
  if (name == kUnderlay || name == kOverlayHolder) return "this encapsulation does not need it";
  return "the mesh file has no such link";
}

// As it was, for the undo of its removal.
std::vector<Action> recreation(const FoundInterface& present, const FoundState& found) {
  const std::string& name = present.interface.name;
  std::vector<Action> actions{CreateInterface{present.interface}};
  for (const std::string& path : {rp_filter_path(name), setting_path(Family::ipv6, name, "accept_ra"),
                                  setting_path(Family::ipv6, name, "disable_ipv6")}) {
    if (const auto setting = found.sysctls.find(path); setting != found.sysctls.end())
      actions.push_back(SetSysctl{{setting->first, setting->second}});
  }
  for (const auto& [address, by_kernel] : found.addresses) {
    if (address.interface == name && !by_kernel) actions.push_back(AddAddress{address});
  }
  if (const auto wireguard = found.wireguard.find(name); wireguard != found.wireguard.end())
    actions.push_back(whole_configuration(name, wireguard->second));
  if (present.up) actions.push_back(ChangeInterface{.name = name, .up = true});
  return actions;
}

}  // namespace

void plan_underlay(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  plan.memory.addresses = wanted.addresses;
  plan_interface(wanted.interfaces.front(), wanted, found, before, plan);
}

void plan_links(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan) {
  for (auto link = wanted.interfaces.begin() + 1; link != wanted.interfaces.end(); ++link)
    plan_interface(*link, wanted, found, before, plan);
}

void plan_leftovers(const WantedState& wanted, const FoundState& found, Plan& plan) {
  for (const FoundInterface& present : found.interfaces) {
    if (!is_leftover(present, wanted)) continue;
    const std::string& name = present.interface.name;
    plan.steps.push_back({Change::remove,
                          object_of(name),
                          {why_leftover(name, wanted)},
                          DeleteInterface{name},
                          recreation(present, found)});
  }
}

}  // namespace trimtab::network
