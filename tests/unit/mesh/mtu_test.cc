#include "mesh/mtu.h"

#include <gtest/gtest.h>

#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

// The table of specification §3.
TEST(Mtu, BoundIsTheTableOfTheSpecification) {
  struct Row {
    int wan;
    Outer outer;
    std::optional<Family> gre;
    int bound;
  };
  const Row rows[] = {{1500, Outer::ipv4, Family::ipv4, 1416}, {1492, Outer::ipv4, Family::ipv4, 1408},
                      {1500, Outer::ipv6, Family::ipv4, 1396}, {1500, Outer::any, Family::ipv4, 1396},
                      {1500, Outer::ipv4, Family::ipv6, 1396}, {1500, Outer::ipv6, Family::ipv6, 1376},
                      {1500, Outer::any, Family::ipv6, 1376},  {1500, Outer::ipv4, std::nullopt, 1440},
                      {1500, Outer::any, std::nullopt, 1420}};
  for (const Row& row : rows) EXPECT_EQ(link_mtu_bound(row.wan, row.outer, row.gre), row.bound);
}

TEST(Mtu, SumShowsEveryHeader) {
  EXPECT_EQ(
      link_mtu_sum(1492, Outer::ipv4, Family::ipv4),
      "1492 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 (WireGuard) - 20 (IPv4 delivery header) - 4 (GRE) = 1408");
  EXPECT_EQ(
      link_mtu_sum(1500, Outer::any, Family::ipv6),
      "1500 (WAN) - 40 (outer IPv6) - 8 (UDP) - 32 (WireGuard) - 40 (IPv6 delivery header) - 4 (GRE) = 1376");
}

TEST(Mtu, SumWithoutGre) {
  EXPECT_EQ(link_mtu_sum(1500, Outer::ipv4, std::nullopt),
            "1500 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 (WireGuard) = 1440");
}

int link_mtu(const Mesh& mesh, SiteId one, SiteId other) {
  for (const Link& link : mesh.links) {
    if (link.has(one) && link.has(other)) return link.mtu;
  }
  return -1;
}

TEST(Mtu, OfALinkIsTheNarrowerEndAndAtMost1400) {
  const Mesh mesh =
      test::parsed(test::mesh_table() + test::site_table({1, "a"}) + test::site_table({2, "b"}) +
                   test::site_table({3, "c", false, "wan_mtu = 1480\n"}));
  EXPECT_EQ(link_mtu(mesh, 1, 2), 1400);
  EXPECT_EQ(link_mtu(mesh, 1, 3), 1384);  // c's wg0 has 1420; a pads up to 1424, which c's WAN does not take
  EXPECT_EQ(link_mtu(mesh, 2, 3), 1384);
}

MtuBound between(MtuEnd one, MtuEnd other) {
  return link_mtu_bound({one, other}, Family::ipv4);
}

TEST(Mtu, PaddingCountsWhereTheOtherEndIsWider) {
  EXPECT_EQ(between({1492}, {1492}).bytes, 1408);  // each pads up to its own wg0's MTU and no further
  EXPECT_EQ(between({1492}, {1500}).bytes, 1400);
  EXPECT_EQ(between({1500}, {1492}).narrower, 1U);
  EXPECT_EQ(between({1500}, {1492}).padding, 8);
  EXPECT_EQ(between({1484}, {1500}).bytes, 1400);  // 1424, a multiple of 16
  EXPECT_EQ(between({1484}, {1500}).padding, 0);
}

TEST(Mtu, PaddingTowardsAnEndOverIpv4IsNotHeldAgainstIpv6sRoom) {
  // f's wg0 is made for e's IPv6; what e sends to f runs over IPv4 and has 20 bytes more.
  const MtuBound bound = between({1500, Outer::any, Outer::ipv4}, {1500, Outer::ipv4, Outer::any});
  EXPECT_EQ(bound.bytes, 1396);
  EXPECT_EQ(bound.padding, 0);
}

// WireGuard's own arithmetic, for every packet of the bound and one more.
TEST(Mtu, IsTheLargestThatPassesPaddedBothWays) {
  const auto passes = [](int bytes, const MtuEnd& from, const MtuEnd& to) {
    const int inside = bytes + 24;
    const int underlay = from.wan_mtu - wireguard_overhead(from.peers);
    const int padded = std::min((inside + 15) / 16 * 16, underlay);
    return inside <= underlay && padded + wireguard_overhead(to.outer) <= std::min(from.wan_mtu, to.wan_mtu);
  };
  for (int one = 1400; one <= 1500; ++one) {
    for (int other = 1400; other <= 1500; ++other) {
      const MtuEnd a{one}, b{other};
      const int bound = between(a, b).bytes;
      EXPECT_TRUE(passes(bound, a, b) && passes(bound, b, a)) << one << " " << other;
      EXPECT_FALSE(passes(bound + 1, a, b) && passes(bound + 1, b, a)) << one << " " << other;
    }
  }
}

// 24 bytes more, by default and at most; WireGuard pads up to the link's own MTU, which both ends have alike.
TEST(Mtu, OfALinkWithoutGre) {
  const auto mesh = [](const std::string& more, const std::string& of_link) {
    return test::parsed(test::mesh_table("encapsulation = \"none\"\n") + test::site_table({1, "a"}) +
                        test::site_table({2, "b", false, more}) + test::site_table({3, "c"}) +
                        test::link_table("a", "b", of_link) + test::link_table("a", "c"));
  };
  EXPECT_EQ(link_mtu(mesh("", ""), 1, 2), 1424);
  EXPECT_EQ(link_mtu(mesh("", "mtu = 1440\n"), 1, 2), 1440);
  EXPECT_EQ(link_mtu(mesh("wan_mtu = 1483\n", ""), 1, 2), 1423);
  EXPECT_EQ(link_mtu(mesh("outer = \"any\"\n", ""), 1, 2), 1420);
  EXPECT_EQ(link_mtu(mesh("outer = \"any\"\n", ""), 1, 3), 1424) << "an interface of its own";
}

TEST(Mtu, OfALinkOverAnIpv6Overlay) {
  const auto mesh = [](const std::string& overlay) {
    return test::parsed("[mesh]\nname = \"home\"\noverlay = " + overlay +
                        "\nlinks = \"172.31.0.0/16\"\nlans = \"10.10.0.0/16\"\n" +
                        test::site_table({1, "a"}) + test::site_table({2, "b"}));
  };
  EXPECT_EQ(link_mtu(mesh("\"fd00::/64\""), 1, 2), 1396);
  EXPECT_EQ(link_mtu(mesh("[\"fd00::/64\", \"10.255.0.0/24\"]"), 1, 2), 1400) << "GRE runs over IPv4";
}

TEST(Mtu, OfTheUnderlayGivesWayToIpv6WhereAnyPeerMayBeReachedOverIt) {
  const Mesh mesh =
      test::parsed(test::mesh_table() + test::site_table({1, "a"}) + test::site_table({2, "b"}) +
                   test::site_table({3, "c", false, "outer = \"any\"\n"}) + test::link_table("a", "b") +
                   test::link_table("b", "c"));
  EXPECT_EQ(underlay_mtu(mesh, 1), 1440);  // b only, over IPv4
  EXPECT_EQ(underlay_mtu(mesh, 2), 1420);  // c may be reached over IPv6
  EXPECT_EQ(underlay_mtu(mesh, 3), 1420);  // and answers b the way it was called
  EXPECT_EQ(link_mtu(mesh, 1, 2), 1396);   // b's wg0 is the narrower one
  EXPECT_EQ(link_mtu(mesh, 2, 3), 1396);
}

}  // namespace
}  // namespace trimtab::mesh
