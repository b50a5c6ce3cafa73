// A WireGuard interface's key, port and peers. Intent is compared, not what WireGuard learnt: a peer whose
// NAT gave it another address is as it should be.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mesh/public_key.h"
#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

struct Configuration {
  ConfigureWireGuard forward;
  ConfigureWireGuard back;
  std::vector<std::string> lines;
};

std::string hex(const mesh::PublicKey& key) {
  return fmt::format("{:02x}", fmt::join(key.bytes, ""));
}

std::string prefixes_text(const std::vector<Prefix>& prefixes) {
  std::vector<std::string> texts;
  for (const Prefix& prefix : prefixes) texts.push_back(prefix.text());
  return fmt::format("{}", fmt::join(texts, ", "));
}

std::string endpoint_text(const std::optional<SocketAddress>& endpoint) {
  return endpoint ? endpoint->text() : "none";
}

std::vector<Prefix> sorted(std::vector<Prefix> prefixes) {
  std::sort(prefixes.begin(), prefixes.end());
  return prefixes;
}

// The endpoint to set, or nothing where what is there is as good. Writes what holds now into plan.memory.
std::optional<SocketAddress> endpoint_to_set(const WantedPeer& wanted, const FoundPeer* present,
                                             const Memory& before, Memory& after) {
  if (wanted.endpoints.empty()) return std::nullopt;
  const std::string key = hex(wanted.key);
  const auto is_wanted = [&](const std::string& text) {
    return std::any_of(wanted.endpoints.begin(), wanted.endpoints.end(),
                       [&](const SocketAddress& candidate) { return candidate.text() == text; });
  };
  if (present != nullptr && present->endpoint) {
    const auto last = before.endpoints.find(key);
    if (last != before.endpoints.end() && is_wanted(last->second)) {
      after.endpoints[key] = last->second;
      return std::nullopt;
    }
    if (is_wanted(present->endpoint->text())) {
      after.endpoints[key] = present->endpoint->text();
      return std::nullopt;
    }
  }
  after.endpoints[key] = wanted.endpoints.front().text();
  return wanted.endpoints.front();
}

void add_peer(const WantedPeer& wanted, const std::optional<SocketAddress>& endpoint,
              Configuration& configuration) {
  std::string line = fmt::format("+ peer {}: {}, endpoint {}", wanted.name, prefixes_text(wanted.allowed),
                                 endpoint_text(endpoint));
  if (wanted.keepalive != 0) line += fmt::format(", keepalive {} s", wanted.keepalive);
  configuration.lines.push_back(std::move(line));
  configuration.forward.peers.push_back(
      {.key = wanted.key, .endpoint = endpoint, .keepalive = wanted.keepalive, .allowed = wanted.allowed});
  configuration.back.peers.push_back({.key = wanted.key, .remove = true});
}

void change_peer(const WantedPeer& wanted, const FoundPeer& present,
                 const std::optional<SocketAddress>& endpoint, Configuration& configuration) {
  PeerChange forward{.key = wanted.key};
  PeerChange back{.key = wanted.key};
  std::vector<std::string> changes;
  if (sorted(present.allowed) != sorted(wanted.allowed)) {
    changes.push_back(fmt::format("{} -> {}", prefixes_text(present.allowed), prefixes_text(wanted.allowed)));
    forward.allowed = wanted.allowed;
    back.allowed = present.allowed;
  }
  if (present.keepalive != wanted.keepalive) {
    changes.push_back(fmt::format("keepalive {} s -> {} s", present.keepalive, wanted.keepalive));
    forward.keepalive = wanted.keepalive;
    back.keepalive = present.keepalive;
  }
  if (endpoint) {
    changes.push_back(fmt::format("endpoint {} -> {}", endpoint_text(present.endpoint), endpoint->text()));
    forward.endpoint = endpoint;
    back.endpoint = present.endpoint;
  }
  if (changes.empty()) return;
  configuration.lines.push_back(fmt::format("~ peer {}: {}", wanted.name, fmt::join(changes, ", ")));
  configuration.forward.peers.push_back(std::move(forward));
  if (endpoint && !present.endpoint) {
    // An endpoint cannot be taken back, so the peer is made anew; without one it had no session to lose.
    back.keepalive = present.keepalive;
    back.allowed = present.allowed;
    configuration.back.peers.push_back(std::move(back));
    configuration.back.peers.push_back({.key = wanted.key, .remove = true});
    return;
  }
  configuration.back.peers.push_back(std::move(back));
}

void remove_peer(const FoundPeer& present, Configuration& configuration) {
  configuration.lines.push_back(
      fmt::format("- peer with {}: the mesh file has no such link", prefixes_text(present.allowed)));
  configuration.forward.peers.push_back({.key = present.key, .remove = true});
  configuration.back.peers.push_back({.key = present.key,
                                      .endpoint = present.endpoint,
                                      .keepalive = present.keepalive,
                                      .allowed = present.allowed});
}

void configure_device(const WantedWireGuard& wanted, const FoundWireGuard& present,
                      Configuration& configuration) {
  if (present.private_key != wanted.private_key) {
    configuration.lines.push_back(present.private_key ? "~ private key" : "+ private key");
    configuration.forward.private_key = wanted.private_key;
    configuration.back.private_key = present.private_key;
  }
  if (wanted.port && *wanted.port != present.port) {
    configuration.lines.push_back(present.port == 0
                                      ? fmt::format("+ port {}", *wanted.port)
                                      : fmt::format("~ port {} -> {}", present.port, *wanted.port));
    configuration.forward.port = wanted.port;
    configuration.back.port = present.port;
  }
}

// The links to a peer whose key is new here, or ours there: without GRE the interface is the link.
void note_rekeyed(const std::string& interface, const WantedState& state, const FoundState& found,
                  const WantedPeer& peer, Plan& plan) {
  for (const Interface& link : state.interfaces) {
    if (found.find(link.name) == nullptr) continue;
    const bool leads_there = std::any_of(peer.allowed.begin(), peer.allowed.end(), [&](const Prefix& prefix) {
      return link.gre && prefix.address == link.gre->remote;
    });
    const bool is_link = link.name == interface && link.name != kUnderlay;
    if (leads_there || is_link) plan.rekeyed.push_back(link.name);
  }
}

}  // namespace

bool is_foreign(const FoundPeer& peer, const Memory& memory) {
  return !memory.site.empty() &&
         std::find(memory.peers.begin(), memory.peers.end(), hex(peer.key)) == memory.peers.end();
}

Error foreign_peer(const std::string& interface, const FoundPeer& peer) {
  const std::string key = mesh::format_public_key(peer.key);
  return {fmt::format("peer {} of {} (allowed IPs {}) is not trimtab's", key, interface,
                      peer.allowed.empty() ? "none" : prefixes_text(peer.allowed)),
          fmt::format("remove it: wg set {} peer {} remove", interface, key)};
}

void plan_wireguard(const WantedWireGuard& wanted, const WantedState& state, const FoundState& found,
                    const Memory& before, Plan& plan) {
  const Interface interface { .name = wanted.interface, .kind = "wireguard" };
  const auto known = found.wireguard.find(wanted.interface);
  const bool exists = found.find_own(interface) != nullptr && known != found.wireguard.end();
  const FoundWireGuard present = exists ? known->second : FoundWireGuard{};
  Configuration configuration;
  configuration.forward.interface = configuration.back.interface = wanted.interface;
  configure_device(wanted, present, configuration);
  for (const WantedPeer& peer : wanted.peers) plan.memory.peers.push_back(hex(peer.key));
  // Removed first: an address that moves from one key to another must be free before it is taken.
  for (const FoundPeer& peer : present.peers) {
    const bool kept = std::any_of(wanted.peers.begin(), wanted.peers.end(),
                                  [&](const WantedPeer& candidate) { return candidate.key == peer.key; });
    if (kept) continue;
    if (is_foreign(peer, before)) {
      plan.conflicts.push_back(foreign_peer(wanted.interface, peer));
    } else {
      remove_peer(peer, configuration);
    }
  }
  for (const WantedPeer& peer : wanted.peers) {
    const auto known_peer =
        std::find_if(present.peers.begin(), present.peers.end(),
                     [&](const FoundPeer& candidate) { return candidate.key == peer.key; });
    const FoundPeer* existing = known_peer == present.peers.end() ? nullptr : &*known_peer;
    const auto endpoint = endpoint_to_set(peer, existing, before, plan.memory);
    if (existing == nullptr || configuration.forward.private_key)
      note_rekeyed(wanted.interface, state, found, peer, plan);
    existing == nullptr ? add_peer(peer, endpoint, configuration)
                        : change_peer(peer, *existing, endpoint, configuration);
  }
  if (configuration.lines.empty()) return;
  std::reverse(configuration.back.peers.begin(), configuration.back.peers.end());
  plan.steps.push_back({exists ? Change::change : Change::add,
                        fmt::format("WireGuard on {}", wanted.interface),
                        std::move(configuration.lines),
                        std::move(configuration.forward),
                        {std::move(configuration.back)}});
}

}  // namespace trimtab::network
