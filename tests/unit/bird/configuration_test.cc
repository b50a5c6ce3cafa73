#include "bird/configuration.h"

#include <gmock/gmock.h>

#include "bird/metrics_file.h"
#include "support/golden.h"
#include "support/mesh_builder.h"

namespace trimtab::bird {
namespace {

using namespace trimtab::test;
using testing::HasSubstr;
using testing::Not;

std::string render(const mesh::Mesh& mesh, mesh::SiteId self, const Local& local = {}) {
  return main_configuration(mesh, self, Paths{}, local);
}

Local local(std::initializer_list<std::string_view> addresses) {
  Local result;
  for (std::string_view address : addresses) result.lan_addresses.push_back(*parse_prefix(address));
  return result;
}

TEST(Configuration, OfTheFourSiteMesh) {
  const mesh::Mesh mesh = four_sites();
  expect_golden("bird/b.bird.conf", render(mesh, kB, local({"10.10.2.1/24"})));
  expect_golden("bird/b.origins.conf", origins(mesh, kB));
  expect_golden("bird/b.metrics.conf", format_metrics(neutral(mesh, kB)));
}

// Score, no transit, a metered link, one without BFD, a LAN by its subnet, another that is no interface's.
TEST(Configuration, OfEverythingThatCanBeDifferent) {
  mesh::Mesh mesh = four_sites();
  mesh.policy = mesh::Policy::score;
  site(mesh, kC).transit = false;
  site(mesh, kC).lan = {*parse_prefix("10.10.3.0/24"), *parse_prefix("10.10.33.0/24")};
  site(mesh, kA).lan.clear();
  link(mesh, kA, kC).metered = true;
  link(mesh, kA, kC).bfd = mesh::Bfd::slow;
  link(mesh, kC, kD).bfd = mesh::Bfd::off;
  expect_golden("bird/c_score.bird.conf", render(mesh, kC, local({"192.168.1.1/24", "10.10.3.129/25"})));
  expect_golden("bird/c_score.origins.conf", origins(mesh, kC));
  expect_golden("bird/c_score.metrics.conf", format_metrics(neutral(mesh, kC)));
}

// Sessions over IPv4 with a channel for each family; a LAN of each, the IPv6 one by its subnet.
TEST(Configuration, OfBothFamilies) {
  const mesh::Mesh mesh = with_ipv6(four_sites());
  expect_golden("bird/b_both.bird.conf", render(mesh, kB, local({"10.10.2.1/24", "fd10:10:2::1/80"})));
  expect_golden("bird/b_both.origins.conf", origins(mesh, kB));
}

TEST(Configuration, OfIpv6Alone) {
  const mesh::Mesh mesh = ipv6_alone(four_sites());
  const std::string text = render(mesh, kB, local({"10.10.2.1/24", "fd10:10:2::1/64", "fe80::1/64"}));
  EXPECT_THAT(text, HasSubstr("router id 0.0.0.2;"));
  EXPECT_THAT(text, HasSubstr("local fd31::1 as 65002;\n  neighbor fd31:: as 65001;"));
  EXPECT_THAT(text, HasSubstr("value_route(COST_1, FAVOUR_1, FAVOURED6_1)"));
  EXPECT_THAT(text, HasSubstr("krt_prefsrc = fd10:10:2::1;"));
  EXPECT_THAT(text, Not(HasSubstr("ipv4")));
  EXPECT_THAT(text, Not(HasSubstr("next hop address")));
  EXPECT_THAT(origins(mesh, kB), HasSubstr("65001: if net !~ [ fd10:10:1::/64 ] then reject;"));
}

TEST(Configuration, WithoutGreDiffersInInterfacesAlone) {
  std::string text = render(without_gre(four_sites()), kB);
  for (std::size_t at; (at = text.find("\"wg-")) != std::string::npos;) text.replace(at, 4, "\"gre-");
  EXPECT_EQ(text, render(four_sites(), kB));
}

TEST(Configuration, AFarAwaySiteChangesNothingButOrigins) {
  const mesh::Mesh before = four_sites();
  mesh::Mesh after = MeshBuilder()
                         .site(kA, "a")
                         .site(kB, "b")
                         .site(kC, "c")
                         .site(kD, "d")
                         .site(9, "i")
                         .link(kA, kB)
                         .link(kA, kC)
                         .link(kB, kC)
                         .link(kB, kD)
                         .link(kC, kD)
                         .link(kD, 9)
                         .build();
  EXPECT_EQ(render(before, kA), render(after, kA));
  EXPECT_EQ(neutral(before, kA), neutral(after, kA));
  EXPECT_NE(origins(before, kA), origins(after, kA));
  EXPECT_THAT(origins(after, kA), HasSubstr("65009: if net !~ [ 10.10.9.0/24 ] then reject;"));
}

TEST(Configuration, NamesOfSitesAreInCommentsAndInterfacesOnly) {
  mesh::Mesh mesh = four_sites();
  const std::string before = render(mesh, kA);
  site(mesh, kB).name = "ms";  // a keyword of BIRD's
  EXPECT_EQ(before, render(mesh, kA));
}

TEST(Configuration, OwnLansAreNobodyElses) {
  EXPECT_THAT(origins(four_sites(), kA), Not(HasSubstr("65001")));
  EXPECT_THAT(origins(four_sites(), kA), Not(HasSubstr("10.10.1.0/24")));
}

TEST(Configuration, AloneInTheMesh) {
  const mesh::Mesh mesh = MeshBuilder().site(kA, "a").build();
  EXPECT_THAT(origins(mesh, kA), HasSubstr("define MESH_ASNS = [ 0 ];"));
  EXPECT_THAT(render(mesh, kA), Not(HasSubstr("protocol bgp")));
}

TEST(Configuration, TheOwnPacketsSourceIsAnAddressInTheLan) {
  const mesh::Mesh mesh = four_sites();
  const mesh::Site& a = *mesh.find_site(kA);
  EXPECT_EQ(lan_address(a, local({}), Family::ipv4), std::nullopt);
  EXPECT_EQ(lan_address(a, local({"192.168.1.1/24"}), Family::ipv4), std::nullopt);
  EXPECT_EQ(lan_address(a, local({"192.168.1.1/24", "10.10.1.7/24", "10.10.1.8/24"}), Family::ipv4)->text(),
            "10.10.1.7");
  EXPECT_THAT(render(four_sites(), kA), Not(HasSubstr("krt_prefsrc")));
  EXPECT_THAT(render(four_sites(), kA, local({"10.10.1.7/24"})), HasSubstr("krt_prefsrc = 10.10.1.7;"));
  EXPECT_EQ(lan_address(a, local({"10.10.1.7/24"}), Family::ipv6), std::nullopt);
}

TEST(Configuration, ACandidateDiffersInItsMetricsOnly) {
  const std::string text = render(four_sites(), kA);
  const auto candidate = with_metrics(text, Paths{}.metrics, "/run/trimtab/candidate-metrics.conf");
  ASSERT_TRUE(candidate.ok());
  EXPECT_THAT(*candidate, HasSubstr("include \"/run/trimtab/candidate-metrics.conf\";"));
  EXPECT_EQ(*with_metrics(*candidate, "/run/trimtab/candidate-metrics.conf", Paths{}.metrics), text);
  EXPECT_FALSE(with_metrics("router id 1.2.3.4;\n", Paths{}.metrics, "/x").ok());
  EXPECT_FALSE(with_metrics(text + text, Paths{}.metrics, "/x").ok());
}

TEST(Configuration, NamesOfProtocols) {
  EXPECT_EQ(protocol_name(65535), "site_65535");
  EXPECT_EQ(neighbour_of_protocol("site_2"), 2U);
  for (const char* other : {"site_", "site_0", "site_2x", "site_-2", "mesh_lan", "", "site_99999999999"}) {
    EXPECT_EQ(neighbour_of_protocol(other), std::nullopt) << other;
  }
}

int occurrences(const std::string& text, std::string_view what) {
  int count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST(Configuration, OfATwoHundredSiteFullMesh) {
  MeshBuilder builder;
  for (mesh::SiteId id = 1; id <= 200; ++id) builder.site(id, "s" + std::to_string(id));
  mesh::Mesh mesh = builder.build();
  for (mesh::SiteId low = 1; low <= 200; ++low) {
    for (mesh::SiteId high = low + 1; high <= 200; ++high) {
      mesh.links.push_back({.ends = {{{low, "gre-x", {*parse_address("172.31.0.1")}},
                                      {high, "gre-y", {*parse_address("172.31.0.2")}}}}});
    }
  }
  EXPECT_EQ(occurrences(render(mesh, 100), "protocol bgp site_"), 199);
  EXPECT_EQ(occurrences(origins(mesh, 100), ": if net !~ "), 199);
}

}  // namespace
}  // namespace trimtab::bird
