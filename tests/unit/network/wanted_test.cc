#include "network/wanted.h"

#include <gtest/gtest.h>

#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

const PrivateKey kKey{7};

WantedState wanted_at(const mesh::Mesh& mesh, mesh::SiteId self) {
  return wanted(mesh, self, kKey, {});
}

TEST(Wanted, SiteHasItsUnderlayAndAnInterfacePerLink) {
  const WantedState state = wanted_at(test::four_sites(), test::kB);
  ASSERT_EQ(state.interfaces.size(), 4u);
  EXPECT_EQ(state.interfaces[0].name, "wg0");
  EXPECT_EQ(state.interfaces[0].kind, "wireguard");
  EXPECT_EQ(state.interfaces[0].mtu, 1440);
  EXPECT_EQ(state.interfaces[3].name, "gre-d");
  EXPECT_EQ(state.interfaces[3].mtu, 1400);
  EXPECT_EQ(state.interfaces[3].gre, (Gre{*parse_address("10.255.0.2"), *parse_address("10.255.0.4"), 255}));
  EXPECT_EQ(state.link_interfaces, (std::vector<std::string>{"gre-a", "gre-c", "gre-d"}));
}

TEST(Wanted, PeerGetsItsOverlayAddressAndNothingElse) {
  const WantedState state = wanted_at(test::four_sites(), test::kA);
  ASSERT_EQ(state.wireguard.front().peers.size(), 2u) << "B and C; there is no link to D";
  EXPECT_EQ(state.wireguard.front().peers[0].allowed, (std::vector<Prefix>{*parse_prefix("10.255.0.2/32")}));
  EXPECT_EQ(state.wireguard.front().peers[0].keepalive, 0);
  EXPECT_EQ(state.wireguard.front().port, 51820);
  EXPECT_EQ(state.routes, (std::vector<Route>{{*parse_prefix("10.255.0.2/32"), "wg0"},
                                              {*parse_prefix("10.255.0.3/32"), "wg0"}}));
}

TEST(Wanted, BothEndsHaveAddressesOfOneSubnet) {
  const mesh::Mesh mesh = test::four_sites();
  const WantedState a = wanted_at(mesh, test::kA);
  const WantedState b = wanted_at(mesh, test::kB);
  EXPECT_EQ(a.addresses[0], (Address{"wg0", *parse_prefix("10.255.0.1/32")}));
  EXPECT_EQ(a.addresses[1], (Address{"gre-b", *parse_prefix("172.31.0.1/30")}));
  EXPECT_EQ(b.addresses[1], (Address{"gre-a", *parse_prefix("172.31.0.2/30")}));
}

TEST(Wanted, SideBehindNatKeepsItsMappingOpen) {
  mesh::Mesh mesh = test::four_sites();
  test::site(mesh, test::kB).endpoint.reset();
  const WantedState a = wanted_at(mesh, test::kA);
  EXPECT_EQ(a.wireguard.front().peers[0].keepalive, 25);
  EXPECT_EQ(a.wireguard.front().peers[1].keepalive, 0) << "C is not behind NAT";
  const WantedState b = wanted_at(mesh, test::kB);
  EXPECT_FALSE(b.wireguard.front().port.has_value()) << "nobody calls it, so the kernel may choose";
  for (const WantedPeer& peer : b.wireguard.front().peers) EXPECT_EQ(peer.keepalive, 25);
}

TEST(Wanted, OfIpv6AloneHasItsTunnelsOverIpv6) {
  const WantedState state = wanted_at(test::ipv6_alone(test::four_sites()), test::kA);
  EXPECT_EQ(state.interfaces[1].kind, "ip6gre");
  EXPECT_EQ(state.interfaces[1].gre,
            (Gre{*parse_address("fd00:255::1"), *parse_address("fd00:255::2"), 255}));
  EXPECT_FALSE(state.interfaces[1].gre->encapsulation_limit);
  EXPECT_EQ(state.addresses[0], (Address{"wg0", *parse_prefix("fd00:255::1/128")}));
  EXPECT_EQ(state.addresses[1], (Address{"gre-b", *parse_prefix("fd31::/127")}));
  EXPECT_EQ(state.routes[0], (Route{*parse_prefix("fd00:255::2/128"), "wg0"}));
  EXPECT_EQ(state.wireguard[0].peers[0].allowed, (std::vector<Prefix>{*parse_prefix("fd00:255::2/128")}));
  EXPECT_EQ(state.routed, std::vector<Family>{Family::ipv6});
}

TEST(Wanted, WithoutGreHasAWireGuardForEachLink) {
  const mesh::Mesh mesh = test::without_gre(test::with_ipv6(test::four_sites()));
  const WantedState state = wanted_at(mesh, test::kB);
  ASSERT_EQ(state.interfaces.size(), 4u);
  EXPECT_EQ(state.interfaces[0].name, "trimtab0");
  EXPECT_EQ(state.interfaces[0].kind, "dummy");
  EXPECT_EQ(state.interfaces[1].name, "wg-a");
  EXPECT_EQ(state.interfaces[1].kind, "wireguard");
  EXPECT_EQ(state.addresses[0], (Address{"trimtab0", *parse_prefix("10.255.0.2/32")}));
  EXPECT_EQ(state.addresses[2], (Address{"wg-a", *parse_prefix("fd31::1/127")}));
  EXPECT_TRUE(state.routes.empty()) << "BGP says what goes where";
  ASSERT_EQ(state.wireguard.size(), 3u);
  EXPECT_EQ(state.wireguard[2].interface, "wg-d");
  EXPECT_EQ(state.wireguard[2].port, 51824);
  ASSERT_EQ(state.wireguard[2].peers.size(), 1u);
  EXPECT_EQ(state.wireguard[2].peers[0].allowed,
            (std::vector<Prefix>{*parse_prefix("0.0.0.0/0"), *parse_prefix("::/0")}));
}

// The promise of specification §2, as far as it is this folder's.
TEST(Wanted, SiteThatHasNoLinkHereChangesNothingHere) {
  const mesh::Mesh without = test::MeshBuilder().site(1, "a").site(2, "b").link(1, 2).build();
  const mesh::Mesh with =
      test::MeshBuilder().site(1, "a").site(2, "b").site(9, "i").link(1, 2).link(2, 9).build();
  const WantedState before = wanted_at(without, 1);
  const WantedState after = wanted_at(with, 1);
  EXPECT_EQ(before.table, after.table);
  EXPECT_EQ(before.addresses, after.addresses);
  EXPECT_EQ(before.routes, after.routes);
  EXPECT_EQ(before.wireguard.front().peers.size(), after.wireguard.front().peers.size());
}

TEST(Outer, IsWhatBothAllow) {
  mesh::Site self{.outer = mesh::Outer::any};
  mesh::Site peer{.outer = mesh::Outer::any};
  EXPECT_EQ(outer_towards(self, peer), mesh::Outer::any);
  self.outer = mesh::Outer::ipv4;
  EXPECT_EQ(outer_towards(self, peer), mesh::Outer::ipv4);
  peer.outer = mesh::Outer::ipv6;
  EXPECT_EQ(outer_towards(self, peer), mesh::Outer::ipv6) << "they disagree: the peer is where it is";
}

}  // namespace
}  // namespace trimtab::network
