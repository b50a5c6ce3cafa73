#include "network/firewall.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

using testing::HasSubstr;
using testing::Not;

// The whole text stands in tests/golden/render; here is what each part is for.
TEST(Firewall, ReplacesTheWholeTableInOneGo) {
  EXPECT_THAT(firewall_table(test::four_sites(), test::kA),
              testing::StartsWith("table inet trimtab\ndelete table inet trimtab\ntable inet trimtab {\n"));
}

TEST(Firewall, KnowsItsOwnTable) {
  EXPECT_TRUE(is_own_table(firewall_table(test::four_sites(), test::kA)));
  EXPECT_FALSE(is_own_table("table inet trimtab {\n}\n"));
}

TEST(Firewall, OnLinksOnlyTheMeshSpeaks) {
  const std::string table = firewall_table(test::four_sites(), test::kA);
  EXPECT_THAT(table, HasSubstr("elements = { \"gre-b\", \"gre-c\" }"));
  EXPECT_THAT(table, HasSubstr("elements = { 10.10.0.0/16, 10.255.0.0/24, 172.31.0.0/16 }"));
  EXPECT_THAT(table, HasSubstr("iifname @links ip saddr != @sources drop"));
}

TEST(Firewall, SubnetDeclaredOutsideThePoolIsASourceToo) {
  mesh::Mesh mesh = test::four_sites();
  mesh.links[1].subnet = {*parse_prefix("192.168.77.0/30")};
  EXPECT_THAT(firewall_table(mesh, test::kA), HasSubstr("172.31.0.0/16, 192.168.77.0/30 }"));
}

TEST(Firewall, SegmentsFitTheLinkTheyCameBy) {
  mesh::Mesh mesh = test::four_sites();
  test::link(mesh, test::kA, test::kC).mtu = 1300;
  const std::string table = firewall_table(mesh, test::kA);
  EXPECT_THAT(
      table,
      HasSubstr("iifname { \"gre-b\" } tcp flags & (syn | rst) == syn tcp option maxseg size set 1360"));
  EXPECT_THAT(
      table,
      HasSubstr("iifname { \"gre-c\" } tcp flags & (syn | rst) == syn tcp option maxseg size set 1260"));
}

TEST(Firewall, EachFamilyHasItsSetsAndRules) {
  mesh::Mesh mesh = test::with_ipv6(test::four_sites());
  const std::string table = firewall_table(mesh, test::kA);
  EXPECT_THAT(table, HasSubstr("set sources6 {\n    type ipv6_addr\n    flags interval\n"
                               "    elements = { fd10:10::/32, fd31::/64 }"));
  EXPECT_THAT(table, HasSubstr("set own_lan6 {\n    type ipv6_addr\n    flags interval\n"
                               "    elements = { fd10:10:1::/64 }"));
  EXPECT_THAT(table, HasSubstr("    iifname @links ip saddr != @sources drop\n"));
  EXPECT_THAT(table, HasSubstr("    iifname @links ip6 saddr != @sources6 drop\n"
                               "    iifname @links ip6 daddr @lans6 ip6 daddr != @own_lan6 notrack\n"));
  EXPECT_THAT(table, Not(HasSubstr("meta nfproto ipv6 drop")));
  EXPECT_THAT(table, Not(HasSubstr("overlay6"))) << "GRE runs over IPv4";
  const std::string syn = "tcp flags & (syn | rst) == syn tcp option maxseg size set";
  EXPECT_THAT(table, HasSubstr("iifname { \"gre-b\", \"gre-c\" } meta nfproto ipv4 " + syn + " 1360"));
  EXPECT_THAT(table, HasSubstr("iifname { \"gre-b\", \"gre-c\" } meta nfproto ipv6 " + syn + " 1340"));
}

TEST(Firewall, OfIpv6AloneKeepsItsGreInside) {
  const std::string table = firewall_table(test::ipv6_alone(test::four_sites()), test::kA);
  EXPECT_THAT(table, HasSubstr("iifname != \"wg0\" meta l4proto gre ip6 daddr @overlay6 drop"));
  EXPECT_THAT(table, HasSubstr("oifname != \"wg0\" meta l4proto gre ip6 daddr @overlay6 drop"));
  EXPECT_THAT(table, HasSubstr("iifname @links meta nfproto ipv4 drop"));
  EXPECT_THAT(table, HasSubstr("size set 1316"));
  EXPECT_THAT(table, Not(HasSubstr("ipv4_addr")));
}

TEST(Firewall, WithoutGreThereIsNoneToGuard) {
  const std::string table = firewall_table(test::without_gre(test::four_sites()), test::kA);
  EXPECT_THAT(table, HasSubstr("elements = { \"wg-b\", \"wg-c\" }"));
  EXPECT_THAT(table, HasSubstr("iifname @links ip saddr != @sources drop"));
  EXPECT_THAT(table, Not(HasSubstr("gre")));
}

TEST(Firewall, OrderInTheMeshFileDoesNotShow) {
  mesh::Mesh mesh = test::four_sites();
  mesh.lans.push_back(*parse_prefix("10.9.0.0/16"));
  const std::string table = firewall_table(mesh, test::kA);
  std::reverse(mesh.lans.begin(), mesh.lans.end());
  EXPECT_EQ(firewall_table(mesh, test::kA), table);
}

TEST(Firewall, SiteWithoutLanOrLinksHasAValidTable) {
  const mesh::Mesh mesh = [] {
    mesh::Mesh built = test::MeshBuilder().site(1, "a").build();
    built.sites[0].lan.clear();
    return built;
  }();
  EXPECT_THAT(firewall_table(mesh, 1), Not(HasSubstr("elements = {  }")));
}

}  // namespace
}  // namespace trimtab::network
