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
    return fault({.route = {.interface_index = interface, .type = type}});
  }
  std::optional<std::string> refused(int number) const { return fault({.refused = number}); }
  std::optional<std::string> fault(const Answer& answer) const {
    return endpoint_fault(*parse_address("2001:db8::7"), answer, interfaces,
                          [](int index) { return index == kTunnel; });
  }

  netlink::InterfaceTable interfaces;
};

TEST_F(EndpointWay, IsFineByAnInterfaceThatCarries) {
  EXPECT_EQ(by(kUplink), std::nullopt);
  EXPECT_EQ(by(kUnknown), std::nullopt);
  EXPECT_EQ(by(0), std::nullopt) << "several next hops";
}

TEST_F(EndpointWay, NamesTheRouteThatDrops) {
  const std::string shown =
      " takes what is for its endpoint 2001:db8::7; `ip route get 2001:db8::7` shows it";
  EXPECT_EQ(refused(EINVAL), "a blackhole route" + shown);
  EXPECT_EQ(refused(EHOSTUNREACH), "an unreachable route" + shown);
  EXPECT_EQ(refused(EACCES), "a prohibit route" + shown);
  EXPECT_EQ(refused(ENETUNREACH), "this router has no route to its endpoint 2001:db8::7");
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
