#include "netlink/wireguard.h"

#include <gtest/gtest.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/wireguard.h>
#include <rapidcheck/gtest.h>

namespace trimtab::netlink {
namespace {

constexpr std::uint16_t kFamily = 30;

Key key(unsigned number) {
  Key bytes{};
  bytes[0] = static_cast<std::uint8_t>(number);
  bytes[1] = static_cast<std::uint8_t>(number >> 8);
  bytes[31] = 0x40;
  return bytes;
}

// A request of ours read as if the kernel had sent it: both directions use the same attributes.
Message as_answer(const Request& request) {
  const Bytes whole = request.finish(1);
  return {kFamily, Bytes(whole.begin() + sizeof(nlmsghdr), whole.end())};
}

std::vector<Message> as_answers(const std::vector<Request>& requests) {
  std::vector<Message> messages;
  for (const Request& request : requests) messages.push_back(as_answer(request));
  return messages;
}

PeerChange peer(unsigned number) {
  return {.public_key = key(number),
          .endpoint = SocketAddress{*parse_address("192.0.2.7"), 51820},
          .keepalive = 25,
          .allowed = std::vector<Prefix>{*parse_prefix("10.255.0.7/32")}};
}

TEST(WireGuard, WhatIsSetIsReadBack) {
  PeerChange six = peer(2);
  six.endpoint = SocketAddress{*parse_address("2001:db8::1"), 4500};
  six.allowed = std::vector<Prefix>{*parse_prefix("fd00::2/128"), *parse_prefix("10.255.0.2/32")};
  const DeviceChange change{
      .interface = "wg0", .private_key = key(9), .port = std::uint16_t{51820}, .peers = {peer(1), six}};
  const auto device = read_device(as_answers(set_device(kFamily, change)));
  ASSERT_TRUE(device.ok());
  EXPECT_EQ(device->name, "wg0");
  EXPECT_EQ(device->private_key, key(9));
  EXPECT_EQ(device->port, 51820);
  ASSERT_EQ(device->peers.size(), 2u);
  EXPECT_EQ(device->peers[0].endpoint->text(), "192.0.2.7:51820");
  EXPECT_EQ(device->peers[0].keepalive, 25);
  EXPECT_EQ(device->peers[1].endpoint->text(), "[2001:db8::1]:4500");
  EXPECT_EQ(device->peers[1].allowed, *six.allowed);
}

TEST(WireGuard, WhatIsAbsentIsNotMentioned) {
  const auto requests =
      set_device(kFamily, {.interface = "wg0", .peers = {{.public_key = key(1), .remove = true}}});
  ASSERT_EQ(requests.size(), 1u);
  const Message message = as_answer(requests[0]);
  genlmsghdr header{};
  const auto attributes = read_after(message.payload, header);
  ASSERT_TRUE(attributes.ok());
  EXPECT_EQ(find(*attributes, WGDEVICE_A_PRIVATE_KEY), nullptr);
  EXPECT_EQ(find(*attributes, WGDEVICE_A_LISTEN_PORT), nullptr);
  EXPECT_EQ(find(*attributes, WGDEVICE_A_FLAGS), nullptr) << "replacing all peers would cut off the others";
  const auto list = read_attributes(find(*attributes, WGDEVICE_A_PEERS)->value);
  const auto entry = read_attributes(list->front().value);
  EXPECT_EQ(find(*entry, WGPEER_A_FLAGS)->number<std::uint32_t>(), WGPEER_F_REMOVE_ME);
  EXPECT_EQ(find(*entry, WGPEER_A_ENDPOINT), nullptr);
  EXPECT_EQ(find(*entry, WGPEER_A_ALLOWEDIPS), nullptr);
}

TEST(WireGuard, ManyPeersGoInSeveralMessages) {
  DeviceChange change{.interface = "wg0", .private_key = key(9)};
  for (unsigned i = 0; i < 1000; ++i) change.peers.push_back(peer(i));
  const auto requests = set_device(kFamily, change);
  EXPECT_GT(requests.size(), 5u);
  for (const Request& request : requests) EXPECT_LT(request.size(), 8192u);
  const auto device = read_device(as_answers(requests));
  ASSERT_TRUE(device.ok());
  ASSERT_EQ(device->peers.size(), 1000u);
  for (unsigned i = 0; i < 1000; ++i) ASSERT_EQ(device->peers[i].public_key, key(i));
}

TEST(WireGuard, PeerBrokenOverTwoMessagesIsOne) {
  PeerChange begun = peer(1);
  PeerChange rest{.public_key = key(1), .allowed = std::vector<Prefix>{*parse_prefix("10.0.0.0/8")}};
  auto messages = as_answers(set_device(kFamily, {.interface = "wg0", .peers = {begun}}));
  messages.push_back(as_answer(set_device(kFamily, {.interface = "wg0", .peers = {rest}}).front()));
  const auto device = read_device(messages);
  ASSERT_TRUE(device.ok());
  ASSERT_EQ(device->peers.size(), 1u);
  EXPECT_EQ(device->peers[0].allowed.size(), 2u);
  EXPECT_EQ(device->peers[0].keepalive, 25);
}

TEST(WireGuard, NonsenseIsRefused) {
  Request longer_than_its_address(kFamily, 0);
  longer_than_its_address.header(genlmsghdr{});
  const std::size_t peers = longer_than_its_address.open(WGDEVICE_A_PEERS);
  const std::size_t entry = longer_than_its_address.open(0);
  longer_than_its_address.attribute(WGPEER_A_PUBLIC_KEY, key(1));
  const std::size_t list = longer_than_its_address.open(WGPEER_A_ALLOWEDIPS);
  const std::size_t allowed = longer_than_its_address.open(0);
  longer_than_its_address.attribute(WGALLOWEDIP_A_IPADDR, *parse_address("10.0.0.0"));
  longer_than_its_address.number<std::uint8_t>(WGALLOWEDIP_A_CIDR_MASK, 33);
  for (const std::size_t opened : {allowed, list, entry, peers}) longer_than_its_address.close(opened);
  EXPECT_FALSE(read_device({as_answer(longer_than_its_address)}).ok());

  Request keyless(kFamily, 0);
  keyless.header(genlmsghdr{});
  const std::size_t outer = keyless.open(WGDEVICE_A_PEERS);
  keyless.close(keyless.open(0));
  keyless.close(outer);
  EXPECT_FALSE(read_device({as_answer(keyless)}).ok());
}

RC_GTEST_PROP(WireGuard, SurvivesAnyBytes, (const Bytes& bytes)) {
  [[maybe_unused]] const auto device = read_device({{kFamily, bytes}});
}

// Whole messages of ours with one byte changed reach deeper than random bytes do.
RC_GTEST_PROP(WireGuard, SurvivesAChangedByte, ()) {
  Message message = as_answer(
      set_device(kFamily, {.interface = "wg0", .private_key = key(9), .peers = {peer(1), peer(2)}}).front());
  const auto at = *rc::gen::inRange<std::size_t>(0, message.payload.size());
  message.payload[at] = *rc::gen::arbitrary<std::uint8_t>();
  [[maybe_unused]] const auto device = read_device({message});
}

}  // namespace
}  // namespace trimtab::netlink
