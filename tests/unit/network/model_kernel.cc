#include "model_kernel.h"

#include <fmt/core.h>

#include <algorithm>

#include "network/firewall.h"

namespace trimtab::network {
namespace {

std::string conf(std::string_view interface, std::string_view setting) {
  return fmt::format("net/ipv4/conf/{}/{}", interface, setting);
}

std::string conf6(std::string_view interface, std::string_view setting) {
  return fmt::format("net/ipv6/conf/{}/{}", interface, setting);
}

std::string key_text(const mesh::PublicKey& key) {
  return fmt::format("{:02x}{:02x}", key.bytes[0], key.bytes[1]);
}

std::string interface_text(const FoundInterface& found) {
  const Interface& interface = found.interface;
  std::string text = fmt::format("interface {} {} mtu {} group {} \"{}\" {}", interface.name, interface.kind,
                                 interface.mtu, found.group, interface.alias, found.up ? "up" : "down");
  if (interface.gre) {
    text += fmt::format(" {} {} {} {}", interface.gre->local.text(), interface.gre->remote.text(),
                        interface.gre->ttl, interface.gre->encapsulation_limit);
  }
  return text + "\n";
}

std::string wireguard_text(const std::string& name, const FoundWireGuard& wireguard) {
  std::string text = fmt::format("{} key {} port {}\n", name,
                                 wireguard.private_key ? (*wireguard.private_key)[0] : -1, wireguard.port);
  std::vector<std::string> peers;
  for (const FoundPeer& peer : wireguard.peers) {
    std::string line = fmt::format("peer {} {} keepalive {}", key_text(peer.key),
                                   peer.endpoint ? peer.endpoint->text() : "-", peer.keepalive);
    for (const Prefix& prefix : peer.allowed) line += " " + prefix.text();
    peers.push_back(line);
  }
  std::sort(peers.begin(), peers.end());
  for (const std::string& peer : peers) text += peer + "\n";
  return text;
}

}  // namespace

// One overload per kind of action.
struct Taking {
  ModelKernel& kernel;
  FoundState& state = kernel.state;

  FoundInterface* find(const std::string& name) {
    for (FoundInterface& candidate : state.interfaces) {
      if (candidate.interface.name == name) return &candidate;
    }
    return nullptr;
  }

  std::string operator()(const WriteFile& action) {
    state.files[action.file.path] = action.file.content;
    return {};
  }
  std::string operator()(const RemoveFile& action) {
    state.files.erase(action.path);
    return {};
  }

  std::string operator()(const LoadTable& action) {
    const std::string name = fmt::format("table {} {}\n", kTableFamily, kTableName);
    const std::string replacing = name + "delete " + name;
    if (!action.script.starts_with(replacing)) return "a table that would be added to the old one";
    state.table_listing = action.script.substr(replacing.size());
    return {};
  }
  std::string operator()(const DeleteTable&) {
    if (!state.table_listing) return "no such table";
    state.table_listing.reset();
    return {};
  }

  std::string operator()(const SetSysctl& action) {
    const auto setting = state.sysctls.find(action.sysctl.path);
    if (setting == state.sysctls.end()) return "no such setting " + action.sysctl.path;
    const bool changes = setting->second != action.sysctl.value;
    setting->second = action.sysctl.value;
    if (action.sysctl.path == "net/ipv4/ip_forward" && changes) {
      for (auto& [path, value] : state.sysctls) {
        if (path.starts_with("net/ipv4/") && path.ends_with("/forwarding")) value = action.sysctl.value;
      }
      state.sysctls[conf("all", "accept_redirects")] = action.sysctl.value == "1" ? "0" : "1";
    }
    if (action.sysctl.path == conf6("all", "forwarding") && changes) {
      for (auto& [path, value] : state.sysctls) {
        if (path.starts_with("net/ipv6/") && path.ends_with("/forwarding")) value = action.sysctl.value;
      }
    }
    return {};
  }

  std::string operator()(const CreateInterface& action) {
    const Interface& wanted = action.interface;
    if (find(wanted.name) != nullptr) return wanted.name + " exists";
    for (const FoundInterface& other : state.interfaces) {
      const auto& gre = other.interface.gre;
      if (gre && wanted.gre && gre->local == wanted.gre->local && gre->remote == wanted.gre->remote) {
        return wanted.name + ": a tunnel between the same ends exists";
      }
    }
    state.interfaces.push_back({wanted, false, kInterfaceGroup});
    kernel.add_settings(wanted.name);
    if (wanted.kind == "wireguard") state.wireguard[wanted.name] = {};
    return {};
  }
  std::string operator()(const ChangeInterface& action) {
    FoundInterface* found = find(action.name);
    if (found == nullptr) return "no interface " + action.name;
    if (action.alias) found->interface.alias = *action.alias;
    if (action.mtu) found->interface.mtu = *action.mtu;
    if (action.gre) found->interface.gre = action.gre;
    if (action.up) {
      if (*action.up && found->interface.kind == "wireguard")
        state.sysctls[conf("all", "send_redirects")] = "0";
      found->up = *action.up;
    }
    return {};
  }
  std::string operator()(const DeleteInterface& action) {
    if (find(action.name) == nullptr) return "no interface " + action.name;
    std::erase_if(state.interfaces,
                  [&](const FoundInterface& one) { return one.interface.name == action.name; });
    std::erase_if(state.addresses,
                  [&](const FoundAddress& one) { return one.address.interface == action.name; });
    std::erase_if(state.routes, [&](const FoundRoute& one) { return one.interface == action.name; });
    std::erase_if(state.sysctls, [&](const auto& one) {
      return one.first.starts_with(conf(action.name, "")) || one.first.starts_with(conf6(action.name, ""));
    });
    state.wireguard.erase(action.name);
    return {};
  }

  std::string operator()(const AddAddress& action) {
    if (find(action.address.interface) == nullptr) return "no interface " + action.address.interface;
    const bool ipv6 = action.address.prefix.address.family == Family::ipv6;
    if (ipv6 && state.sysctls[conf6(action.address.interface, "disable_ipv6")] != "0") return "IPv6 is off";
    for (const FoundAddress& other : state.addresses) {
      if (other.address == action.address) return "address exists";
    }
    state.addresses.push_back({action.address, false});
    return {};
  }
  std::string operator()(const DeleteAddress& action) {
    const auto erased = std::erase_if(state.addresses,
                                      [&](const FoundAddress& one) { return one.address == action.address; });
    // With its last IPv4 address an interface loses its routes.
    const auto is_ipv4_on_it = [&](const FoundAddress& one) {
      return one.address.interface == action.address.interface &&
             one.address.prefix.address.family == Family::ipv4;
    };
    if (std::none_of(state.addresses.begin(), state.addresses.end(), is_ipv4_on_it)) {
      std::erase_if(state.routes, [&](const FoundRoute& one) {
        return one.interface == action.address.interface && one.to.address.family == Family::ipv4;
      });
    }
    return erased == 1 ? "" : "no such address";
  }

  std::string operator()(const AddRoute& action) {
    if (find(action.route.interface) == nullptr) return "no interface " + action.route.interface;
    const std::uint32_t metric = action.route.to.address.family == Family::ipv4 ? 0 : 1024;
    for (const FoundRoute& other : state.routes) {
      if (other.to == action.route.to && other.metric == metric) return "route exists";
    }
    state.routes.push_back({action.route.to, action.route.interface, kRouteProtocol, metric});
    return {};
  }
  std::string operator()(const DeleteRoute& action) {
    const auto erased = std::erase_if(state.routes, [&](const FoundRoute& one) {
      return one.to == action.route.to && one.interface == action.route.interface &&
             one.protocol == kRouteProtocol;
    });
    return erased == 1 ? "" : "no such route";
  }

  std::string operator()(const ConfigureWireGuard& action) {
    const auto device = state.wireguard.find(action.interface);
    if (device == state.wireguard.end()) return "no WireGuard interface " + action.interface;
    if (action.private_key) device->second.private_key = action.private_key;
    if (action.port) device->second.port = *action.port;
    for (const PeerChange& change : action.peers) change_peer(change, device->second.peers);
    return {};
  }

  static void change_peer(const PeerChange& change, std::vector<FoundPeer>& peers) {
    auto found =
        std::find_if(peers.begin(), peers.end(), [&](const FoundPeer& one) { return one.key == change.key; });
    if (change.remove) {
      if (found != peers.end()) peers.erase(found);
      return;
    }
    if (found == peers.end()) found = peers.insert(peers.end(), FoundPeer{.key = change.key});
    if (change.endpoint) found->endpoint = change.endpoint;
    if (change.keepalive) found->keepalive = *change.keepalive;
    if (!change.allowed) return;
    // An allowed address belongs to one peer: whoever had it loses it.
    for (FoundPeer& other : peers) {
      std::erase_if(other.allowed, [&](const Prefix& prefix) {
        return std::count(change.allowed->begin(), change.allowed->end(), prefix) != 0;
      });
    }
    found->allowed = *change.allowed;
  }
};

ModelKernel::ModelKernel(int rp_filter) {
  state.sysctls["net/ipv4/ip_forward"] = "0";
  state.sysctls[conf("all", "forwarding")] = "0";
  state.sysctls[conf("all", "rp_filter")] = std::to_string(rp_filter);
  state.sysctls[conf("all", "accept_redirects")] = "1";
  state.sysctls[conf("all", "send_redirects")] = "1";
  state.sysctls[conf("default", "forwarding")] = "0";
  state.sysctls[conf("default", "rp_filter")] = "1";
  for (const char* name : {"all", "default"}) {
    state.sysctls[conf6(name, "forwarding")] = "0";
    state.sysctls[conf6(name, "accept_ra")] = "1";
    state.sysctls[conf6(name, "disable_ipv6")] = "0";
  }
  for (const char* name : {"lo", "wan", "br-lan"}) {
    state.interfaces.push_back({{.name = name, .mtu = 1500}, true, 0});
    add_settings(name);
  }
  state.addresses.push_back({{"wan", *parse_prefix("198.51.100.1/24")}, false});
  state.addresses.push_back({{"br-lan", *parse_prefix("10.10.1.1/24")}, false});
  state.routes.push_back({*parse_prefix("0.0.0.0/0"), "wan", 3, 100});
}

void ModelKernel::add_settings(const std::string& interface) {
  for (const char* setting : {"rp_filter", "forwarding"}) {
    state.sysctls[conf(interface, setting)] = state.sysctls[conf("default", setting)];
  }
  for (const char* setting : {"forwarding", "accept_ra", "disable_ipv6"}) {
    state.sysctls[conf6(interface, setting)] = state.sysctls[conf6("default", setting)];
  }
}

std::string ModelKernel::take(const Action& action) {
  return std::visit(Taking{*this}, action);
}

std::string ModelKernel::take(const Plan& plan) {
  for (const Step& step : plan.steps) {
    if (const std::string refusal = take(step.action); !refusal.empty()) return refusal;
  }
  return {};
}

std::string ModelKernel::text() const {
  std::vector<std::string> lines;
  for (const FoundInterface& interface : state.interfaces) lines.push_back(interface_text(interface));
  for (const FoundAddress& entry : state.addresses) {
    lines.push_back(fmt::format("address {} {}\n", entry.address.interface, entry.address.prefix.text()));
  }
  for (const FoundRoute& route : state.routes) {
    lines.push_back(
        fmt::format("route {} {} {} {}\n", route.to.text(), route.interface, route.protocol, route.metric));
  }
  for (const auto& [path, value] : state.sysctls) lines.push_back(fmt::format("{} = {}\n", path, value));
  for (const auto& [path, content] : state.files)
    lines.push_back(fmt::format("file {}: {}\n", path, content));
  for (const auto& [name, device] : state.wireguard) lines.push_back(wireguard_text(name, device));
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line;
  return text + (state.table_listing ? *state.table_listing : "no table\n");
}

Memory memory_after(const Plan& plan, const ModelKernel& kernel) {
  Memory memory = plan.memory;
  memory.table_listing = kernel.state.table_listing.value_or("");
  return memory;
}

}  // namespace trimtab::network
