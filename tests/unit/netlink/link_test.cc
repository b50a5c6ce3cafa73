// What is asked of the kernel reads back as what was meant: a request's attributes are those of its answers.
#include "netlink/link.h"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

namespace trimtab::netlink {
namespace {

Link read_back(const Request& request) {
  const Bytes bytes = request.finish(1);
  const auto link = read_link({RTM_NEWLINK, Bytes(bytes.begin() + sizeof(nlmsghdr), bytes.end())});
  EXPECT_TRUE(link.ok() && link->has_value());
  return **link;
}

TEST(Link, OfEitherTunnelIsWhatWasWanted) {
  const GreTunnel over_ipv4{*parse_address("10.255.0.1"), *parse_address("10.255.0.2"), 255};
  const GreTunnel over_ipv6{*parse_address("fd00::1"), *parse_address("fd00::2"), 255};
  GreTunnel limited = over_ipv6;
  limited.encapsulation_limit = true;
  for (const GreTunnel& tunnel : {over_ipv4, over_ipv6, limited}) {
    const Link link = read_back(create_link({.name = "gre-b", .kind = "gre", .mtu = 1400, .gre = tunnel}));
    EXPECT_EQ(link.kind, tunnel.local.family == Family::ipv4 ? "gre" : "ip6gre");
    EXPECT_EQ(link.gre, tunnel);
    EXPECT_EQ(link.mtu, 1400);
  }
}

}  // namespace
}  // namespace trimtab::netlink
