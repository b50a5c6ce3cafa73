// Why a neighbour's endpoint cannot be reached, in words, from what the kernel answers.
#include "engine/endpoint_way.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>

namespace trimtab::engine {
namespace {

using Answer = netlink::RouteQuestions::Answer;

constexpr int kUplink = 2, kTunnel = 3, kUnknown = 4;

class EndpointWay : public ::testing::Test {
 protected:
  EndpointWay() {
    tell(kUplink, "wan0", IFF_UP | IFF_RUNNING);
    tell(kTunnel, "gre-c", IFF_UP | IFF_RUNNING);
  }

  void tell(int index, const char* name, unsigned flags) {
    ifinfomsg header{};
    header.ifi_index = index;
    header.ifi_flags = flags;
    interfaces.take(netlink::Request(RTM_NEWLINK, 0).header(header).text(IFLA_IFNAME, name).finish(0));
  }

  std::optional<std::string> by(int interface, std::uint8_t type = RTN_UNICAST) const {
    return fault({.way = netlink::Route{.interface_index = interface, .type = type}});
  }
  std::optional<std::string> refused(netlink::NoWay none) const { return fault({.way = none}); }
  std::optional<std::string> fault(Answer answer) const {
    answer.destination = *parse_address("2001:db8::7");
    return endpoint_fault(answer, interfaces,
                          [](const netlink::Interface& interface) { return interface.name == "gre-c"; });
  }

  netlink::InterfaceTable interfaces;
};

TEST_F(EndpointWay, IsFineByAnInterfaceThatCarries) {
  EXPECT_EQ(by(kUplink), std::nullopt);
  EXPECT_EQ(by(kUnknown), std::nullopt);
  EXPECT_EQ(by(0), std::nullopt) << "several next hops";
}

TEST_F(EndpointWay, NamesTheRouteThatDrops) {
  using enum netlink::NoWay;
  const std::string shown =
      " its endpoint 2001:db8::7: see `ip -6 rule; ip route show table all match 2001:db8::7`";
  EXPECT_EQ(refused(blackhole), "a blackhole route or rule takes what is for" + shown);
  EXPECT_EQ(refused(unreachable), "an unreachable route takes what is for" + shown);
  EXPECT_EQ(refused(prohibit), "a prohibit route or rule takes what is for" + shown);
  EXPECT_EQ(refused(no_route), "this router has no way to" + shown);
}

TEST_F(EndpointWay, NamesTheInterfaceThatDoesNotCarry) {
  tell(kUplink, "wan0", IFF_UP);
  EXPECT_EQ(by(kUplink), "wan0, which leads to its endpoint 2001:db8::7, has no carrier");
  tell(kUplink, "wan0", 0);
  EXPECT_EQ(by(kUplink), "wan0, which leads to its endpoint 2001:db8::7, is down");
}

TEST_F(EndpointWay, IsNotOurselvesAndNotTheMesh) {
  EXPECT_EQ(by(kUplink, RTN_LOCAL), "its endpoint 2001:db8::7 is this router's own address");
  EXPECT_EQ(by(kTunnel),
            "its endpoint 2001:db8::7 is routed into the mesh, by gre-c; it needs a route by the uplink");
}

}  // namespace
}  // namespace trimtab::engine
