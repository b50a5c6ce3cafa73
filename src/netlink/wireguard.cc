#include "netlink/wireguard.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wireguard.h>
#include <netinet/in.h>

#include <algorithm>

#include "netlink/generic.h"

namespace trimtab::netlink {
namespace {

// Bytes of one request after which the rest of the peers goes into another one. A nested attribute ends at
// 64 KiB; half a page keeps every kernel and socket buffer happy and still carries some thirty peers.
constexpr std::size_t kFullMessage = 4096;

std::optional<Key> read_key(const Attribute* attribute) {
  Key key{};
  if (attribute == nullptr || attribute->value.size() != key.size()) return std::nullopt;
  std::copy(attribute->value.begin(), attribute->value.end(), key.begin());
  return key;
}

std::optional<SocketAddress> read_endpoint(ByteSpan value) {
  SocketAddress endpoint;
  sa_family_t family = AF_UNSPEC;
  if (value.size() < sizeof family) return std::nullopt;
  std::memcpy(&family, value.data(), sizeof family);
  if (family == AF_INET && value.size() >= sizeof(sockaddr_in)) {
    sockaddr_in native{};
    std::memcpy(&native, value.data(), sizeof native);
    endpoint.address = IpAddress::ipv4(ntohl(native.sin_addr.s_addr));
    endpoint.port = ntohs(native.sin_port);
    return endpoint;
  }
  if (family == AF_INET6 && value.size() >= sizeof(sockaddr_in6)) {
    sockaddr_in6 native{};
    std::memcpy(&native, value.data(), sizeof native);
    endpoint.address.family = Family::ipv6;
    std::copy(std::begin(native.sin6_addr.s6_addr), std::end(native.sin6_addr.s6_addr),
              endpoint.address.bytes.begin());
    endpoint.port = ntohs(native.sin6_port);
    return endpoint;
  }
  return std::nullopt;
}

Result<std::vector<Prefix>> read_allowed(ByteSpan value) {
  const auto entries = read_attributes(value);
  if (!entries) return entries.error();
  std::vector<Prefix> allowed;
  for (const Attribute& entry : *entries) {
    const auto read = read_attributes(entry.value);
    if (!read) return read.error();
    const Attribute* address = find(*read, WGALLOWEDIP_A_IPADDR);
    const Attribute* length = find(*read, WGALLOWEDIP_A_CIDR_MASK);
    const auto ip = address == nullptr ? std::nullopt : address->address();
    const auto bits = length == nullptr ? std::nullopt : length->number<std::uint8_t>();
    if (!ip || !bits || *bits > address_bits(ip->family))
      return Error{"netlink: a peer's allowed address is malformed"};
    allowed.push_back({*ip, *bits});
  }
  return allowed;
}

Result<WireGuardPeer> read_peer(ByteSpan value) {
  const auto read = read_attributes(value);
  if (!read) return read.error();
  const auto key = read_key(find(*read, WGPEER_A_PUBLIC_KEY));
  if (!key) return Error{"netlink: a WireGuard peer without a public key"};
  WireGuardPeer peer{.public_key = *key};
  if (const Attribute* endpoint = find(*read, WGPEER_A_ENDPOINT))
    peer.endpoint = read_endpoint(endpoint->value);
  if (const Attribute* seconds = find(*read, WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL)) {
    peer.keepalive = seconds->number<std::uint16_t>().value_or(0);
  }
  if (const Attribute* rx = find(*read, WGPEER_A_RX_BYTES))
    peer.rx_bytes = rx->number<std::uint64_t>().value_or(0);
  if (const Attribute* tx = find(*read, WGPEER_A_TX_BYTES))
    peer.tx_bytes = tx->number<std::uint64_t>().value_or(0);
  if (const Attribute* time = find(*read, WGPEER_A_LAST_HANDSHAKE_TIME)) {
    peer.last_handshake = time->number<std::int64_t>().value_or(0);
  }
  if (const Attribute* allowed = find(*read, WGPEER_A_ALLOWEDIPS)) {
    auto prefixes = read_allowed(allowed->value);
    if (!prefixes) return prefixes.error();
    peer.allowed = *std::move(prefixes);
  }
  return peer;
}

// The kernel breaks a peer with many allowed addresses over messages: the same key again, only addresses in
// it.
void add_peer(std::vector<WireGuardPeer>& peers, WireGuardPeer peer) {
  if (!peers.empty() && peers.back().public_key == peer.public_key) {
    auto& allowed = peers.back().allowed;
    allowed.insert(allowed.end(), peer.allowed.begin(), peer.allowed.end());
  } else {
    peers.push_back(std::move(peer));
  }
}

Result<void> read_part(const Message& message, WireGuardDevice& device) {
  genlmsghdr header{};
  const auto read = read_after(message.payload, header);
  if (!read) return read.error();
  if (const Attribute* name = find(*read, WGDEVICE_A_IFNAME)) device.name = name->text();
  if (const auto key = read_key(find(*read, WGDEVICE_A_PRIVATE_KEY))) device.private_key = *key;
  if (const Attribute* port = find(*read, WGDEVICE_A_LISTEN_PORT)) {
    device.port = port->number<std::uint16_t>().value_or(0);
  }
  if (const Attribute* mark = find(*read, WGDEVICE_A_FWMARK))
    device.fwmark = mark->number<std::uint32_t>().value_or(0);
  const Attribute* peers = find(*read, WGDEVICE_A_PEERS);
  if (peers == nullptr) return {};
  const auto entries = read_attributes(peers->value);
  if (!entries) return entries.error();
  for (const Attribute& entry : *entries) {
    auto peer = read_peer(entry.value);
    if (!peer) return peer.error();
    add_peer(device.peers, *std::move(peer));
  }
  return {};
}

void write_endpoint(Request& request, const SocketAddress& endpoint) {
  if (endpoint.address.family == Family::ipv4) {
    sockaddr_in native{};
    native.sin_family = AF_INET;
    native.sin_port = htons(endpoint.port);
    native.sin_addr.s_addr = htonl(endpoint.address.ipv4_host_order());
    std::array<std::uint8_t, sizeof native> bytes{};
    std::memcpy(bytes.data(), &native, sizeof native);
    request.attribute(WGPEER_A_ENDPOINT, bytes);
  } else {
    sockaddr_in6 native{};
    native.sin6_family = AF_INET6;
    native.sin6_port = htons(endpoint.port);
    std::copy(endpoint.address.bytes.begin(), endpoint.address.bytes.end(),
              std::begin(native.sin6_addr.s6_addr));
    std::array<std::uint8_t, sizeof native> bytes{};
    std::memcpy(bytes.data(), &native, sizeof native);
    request.attribute(WGPEER_A_ENDPOINT, bytes);
  }
}

void write_allowed(Request& request, const std::vector<Prefix>& allowed) {
  const std::size_t list = request.open(WGPEER_A_ALLOWEDIPS);
  for (const Prefix& prefix : allowed) {
    const std::size_t entry = request.open(0);
    const bool v4 = prefix.address.family == Family::ipv4;
    request.number<std::uint16_t>(WGALLOWEDIP_A_FAMILY, v4 ? AF_INET : AF_INET6);
    request.attribute(WGALLOWEDIP_A_IPADDR, prefix.address);
    request.number<std::uint8_t>(WGALLOWEDIP_A_CIDR_MASK, static_cast<std::uint8_t>(prefix.length));
    request.close(entry);
  }
  request.close(list);
}

void write_peer(Request& request, const PeerChange& peer) {
  const std::size_t entry = request.open(0);
  request.attribute(WGPEER_A_PUBLIC_KEY, peer.public_key);
  std::uint32_t flags = 0;
  if (peer.remove) flags |= WGPEER_F_REMOVE_ME;
  if (peer.allowed) flags |= WGPEER_F_REPLACE_ALLOWEDIPS;
  request.number<std::uint32_t>(WGPEER_A_FLAGS, flags);
  if (peer.endpoint) write_endpoint(request, *peer.endpoint);
  if (peer.keepalive) request.number<std::uint16_t>(WGPEER_A_PERSISTENT_KEEPALIVE_INTERVAL, *peer.keepalive);
  if (peer.allowed) write_allowed(request, *peer.allowed);
  request.close(entry);
}

Request device_request(std::uint16_t family, std::string_view interface) {
  Request request = generic_request(family, 0, WG_CMD_SET_DEVICE, WG_GENL_VERSION);
  request.text(WGDEVICE_A_IFNAME, interface);
  return request;
}

}  // namespace

std::string SocketAddress::text() const {
  return address.family == Family::ipv4 ? fmt::format("{}:{}", address.text(), port)
                                        : fmt::format("[{}]:{}", address.text(), port);
}

Request get_device(std::uint16_t family, std::string_view interface) {
  Request request = generic_request(family, NLM_F_DUMP, WG_CMD_GET_DEVICE, WG_GENL_VERSION);
  request.text(WGDEVICE_A_IFNAME, interface);
  return request;
}

Result<WireGuardDevice> read_device(const std::vector<Message>& messages) {
  WireGuardDevice device;
  for (const Message& message : messages) {
    if (const auto part = read_part(message, device); !part) return part.error();
  }
  return device;
}

std::vector<Request> set_device(std::uint16_t family, const DeviceChange& change) {
  std::vector<Request> requests{device_request(family, change.interface)};
  if (change.private_key) requests.front().attribute(WGDEVICE_A_PRIVATE_KEY, *change.private_key);
  if (change.port) requests.front().number<std::uint16_t>(WGDEVICE_A_LISTEN_PORT, *change.port);
  auto peer = change.peers.begin();
  while (peer != change.peers.end()) {
    const std::size_t list = requests.back().open(WGDEVICE_A_PEERS);
    while (peer != change.peers.end() && requests.back().size() < kFullMessage)
      write_peer(requests.back(), *peer++);
    requests.back().close(list);
    if (peer != change.peers.end()) requests.push_back(device_request(family, change.interface));
  }
  return requests;
}

}  // namespace trimtab::netlink
