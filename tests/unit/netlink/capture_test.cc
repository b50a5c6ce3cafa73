// What a real kernel (Linux 6.1) answered, byte for byte: tests/golden/netlink. The namespace had wg0 with
// three peers (one with 250 allowed prefixes, which the kernel breaks over messages), gre-b, and routes of
// all kinds.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fstream>

#include "netlink/address.h"
#include "netlink/exchange.h"
#include "netlink/generic.h"
#include "netlink/link.h"
#include "netlink/route.h"
#include "netlink/wireguard.h"

namespace trimtab::netlink {
namespace {

constexpr std::uint32_t kSequence = 7;

Bytes capture(const std::string& name) {
  std::ifstream file(std::string(TRIMTAB_GOLDEN "/netlink/") + name + ".hex");
  Bytes bytes;
  std::string line;
  while (std::getline(file, line)) {
    for (std::size_t i = 0; i + 1 < line.size(); i += 2) {
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i, 2), nullptr, 16)));
    }
  }
  EXPECT_FALSE(bytes.empty()) << name;
  return bytes;
}

// `family` is one answer without its acknowledgement, the others are whole dumps.
std::vector<Message> messages(const std::string& name) {
  Exchange exchange(kSequence);
  const auto progress = exchange.take(capture(name));
  const auto expected = name == "family" ? Exchange::Progress::wanting : Exchange::Progress::complete;
  EXPECT_TRUE(progress.ok() && *progress == expected) << name;
  return exchange.take_messages();
}

TEST(Capture, Links) {
  std::vector<Link> links;
  for (const Message& message : messages("links")) links.push_back(**read_link(message));
  const auto find_link = [&](const std::string& name) {
    for (const Link& link : links) {
      if (link.name == name) return link;
    }
    return Link{};
  };
  const Link wg0 = find_link("wg0");
  EXPECT_EQ(wg0.kind, "wireguard");
  EXPECT_EQ(wg0.alias, "trimtab: mesh home");
  EXPECT_EQ(wg0.mtu, 1440);
  EXPECT_TRUE(wg0.up);
  EXPECT_FALSE(wg0.gre.has_value());
  const Link gre = find_link("gre-b");
  EXPECT_EQ(gre.kind, "gre");
  EXPECT_EQ(gre.group, 116u);
  ASSERT_TRUE(gre.gre.has_value());
  EXPECT_EQ(*gre.gre, (GreTunnel{*parse_address("10.255.0.1"), *parse_address("10.255.0.2"), 255}));
  EXPECT_EQ(find_link("lo").kind, "");
}

TEST(Capture, Addresses) {
  std::vector<std::string> texts;
  for (const Message& message : messages("addresses"))
    texts.push_back((*read_address(message))->prefix.text());
  for (const char* expected : {"127.0.0.1/8", "10.255.0.1/32", "172.31.0.1/30"}) {
    EXPECT_EQ(std::count(texts.begin(), texts.end(), expected), 1) << expected;
  }
}

TEST(Capture, Routes) {
  std::vector<Route> routes;
  for (const Message& message : messages("routes")) {
    const auto route = read_route(message);
    ASSERT_TRUE(route.ok());
    if (*route && (*route)->table == 254) routes.push_back(**route);
  }
  const auto to = [&](const char* prefix) {
    for (const Route& route : routes) {
      if (route.to == *parse_prefix(prefix)) return route;
    }
    return Route{};
  };
  EXPECT_EQ(to("10.255.0.2/32").protocol, 116);
  EXPECT_GT(to("10.255.0.2/32").interface_index, 0);
  EXPECT_EQ(to("172.31.0.0/30").protocol, 2);
  EXPECT_EQ(to("198.51.100.0/24").gateway, *parse_address("172.31.0.2"));
  EXPECT_EQ(to("198.51.100.0/24").metric, 100u);
  EXPECT_EQ(to("203.0.113.0/24").interface_index, 0) << "a blackhole";
  EXPECT_EQ(to("192.0.2.0/24").interface_index, 0) << "two next hops";
}

TEST(Capture, WireGuard) {
  const auto family = read_family(messages("family").front());
  ASSERT_TRUE(family.ok());
  EXPECT_GT(*family, 15);
  const auto parts = messages("wireguard");
  EXPECT_GT(parts.size(), 1u) << "the capture must have a peer broken over messages";
  const auto device = read_device(parts);
  ASSERT_TRUE(device.ok()) << device.error().text();
  EXPECT_EQ(device->name, "wg0");
  EXPECT_EQ(device->port, 51820);
  EXPECT_TRUE(device->private_key.has_value());
  ASSERT_EQ(device->peers.size(), 3u);
  std::size_t most = 0;
  for (const WireGuardPeer& peer : device->peers) {
    most = std::max(most, peer.allowed.size());
    const bool broken_over_messages = peer.allowed.size() == 250;
    EXPECT_EQ(peer.keepalive, broken_over_messages ? 0 : 25);
    if (broken_over_messages) {
      EXPECT_EQ(peer.endpoint->text(), "[2001:db8::9]:4500");
    }
  }
  EXPECT_EQ(most, 250u);
}

// Each capture with one byte changed: read or refused, never more than was there.
RC_GTEST_PROP(Capture, SurvivesAChangedByte, ()) {
  static const std::vector<Bytes> captures{capture("links"), capture("addresses"), capture("routes"),
                                           capture("wireguard")};
  Bytes bytes = *rc::gen::elementOf(captures);
  bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<std::uint8_t>();
  Exchange exchange(kSequence);
  [[maybe_unused]] const auto progress = exchange.take(bytes);
  const std::vector<Message> read = exchange.take_messages();
  for (const Message& message : read) {
    [[maybe_unused]] const auto link = read_link(message);
    [[maybe_unused]] const auto address = read_address(message);
    [[maybe_unused]] const auto route = read_route(message);
  }
  [[maybe_unused]] const auto device = read_device(read);
}

}  // namespace
}  // namespace trimtab::netlink
