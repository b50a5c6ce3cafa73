// WireGuard devices over generic netlink (WG_CMD_GET_DEVICE, WG_CMD_SET_DEVICE). A device's peers may come in
// many messages, and one peer's allowed addresses too; both ways this file hides that.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netlink/message.h"

namespace trimtab::netlink {

using Key = std::array<std::uint8_t, 32>;

struct SocketAddress {
  IpAddress address;
  std::uint16_t port = 0;

  std::string text() const;  // "192.0.2.1:51820", "[2001:db8::1]:51820"
  auto operator<=>(const SocketAddress&) const = default;
};

struct WireGuardPeer {
  Key public_key{};
  std::optional<SocketAddress> endpoint;
  std::uint16_t keepalive = 0;  // seconds; 0: off
  std::vector<Prefix> allowed;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_bytes = 0;
  std::int64_t last_handshake = 0;  // seconds of the wall clock; 0: never
};

struct WireGuardDevice {
  std::string name;
  std::optional<Key> private_key;  // absent where none is set
  std::uint16_t port = 0;
  std::uint32_t fwmark = 0;
  std::vector<WireGuardPeer> peers;
};

// `family` is what read_family() said of "wireguard".
Request get_device(std::uint16_t family, std::string_view interface);
// All messages of the dump, in order.
Result<WireGuardDevice> read_device(const std::vector<Message>& messages);

// What is absent stays as it is.
struct PeerChange {
  Key public_key{};
  bool remove = false;
  std::optional<SocketAddress> endpoint{};
  std::optional<std::uint16_t> keepalive{};      // seconds; 0 turns it off
  std::optional<std::vector<Prefix>> allowed{};  // replaces all
};
struct DeviceChange {
  std::string interface;
  std::optional<Key> private_key{};
  std::optional<std::uint16_t> port{};
  std::vector<PeerChange> peers{};
};
// Requests to be sent one after the other; more than one where the peers do not fit one message. Peers that
// are not mentioned are not touched, and lose no packet.
std::vector<Request> set_device(std::uint16_t family, const DeviceChange& change);

}  // namespace trimtab::netlink
