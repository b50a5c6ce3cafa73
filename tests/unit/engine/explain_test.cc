// What explain makes of BIRD's candidates, without BIRD: which prefix was meant, in what order, at what cost.
#include "engine/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bird/configuration.h"
#include "control/json.h"
#include "support/mesh_text.h"

namespace trimtab::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

mesh::Mesh with_more_lans() {
  mesh::Mesh mesh = test::parsed(test::four_sites());
  mesh.sites[3].lan.push_back(*parse_prefix("10.10.200.0/24"));
  mesh.sites[0].lan.push_back(*parse_prefix("10.10.100.0/24"));
  return mesh;
}

bird::RouteCandidate route(const mesh::Mesh& mesh, const std::string& protocol, std::vector<mesh::Asn> path,
                           std::uint32_t cost, std::uint32_t favour = 0, bool best = false) {
  return {.protocol = protocol,
          .best = best,
          .as_path = std::move(path),
          .local_preference = bird::kBestPreference - cost + favour,
          .large_communities = {{mesh.community, bird::kCostKind, cost}}};
}

control::Explanation to_d(const mesh::Mesh& mesh, const std::string& asked,
                          const std::vector<bird::RouteCandidate>& routes) {
  return explain(mesh, 1, *find_destination(mesh, asked), routes, {{2, 110}, {3, 170}});
}

TEST(Explain, AnAddressAPrefixAndASiteNameAPrefixOfTheMesh) {
  const mesh::Mesh mesh = with_more_lans();
  EXPECT_EQ(find_destination(mesh, "10.10.200.7")->prefix.text(), "10.10.200.0/24");
  EXPECT_EQ(find_destination(mesh, "10.10.4.128/25")->prefix.text(), "10.10.4.0/24");
  EXPECT_EQ(find_destination(mesh, "d")->prefix.text(), "10.10.4.0/24");
  EXPECT_FALSE(find_destination(mesh, "10.10.0.0/16").ok()) << "wider than any LAN";
  EXPECT_FALSE(find_destination(mesh, "192.0.2.1").ok());
}

TEST(Explain, TellsOfOtherLansWhereASiteWasNamed) {
  const mesh::Mesh mesh = with_more_lans();
  EXPECT_THAT(to_d(mesh, "d", {}).other_prefixes, ElementsAre("10.10.200.0/24"));
  EXPECT_THAT(to_d(mesh, "10.10.4.1", {}).other_prefixes, IsEmpty());
  EXPECT_THAT(to_d(mesh, "d", {}).own_lans, ElementsAre("10.10.1.0/24", "10.10.100.0/24"));
  EXPECT_FALSE(to_d(mesh, "d", {}).own);
  EXPECT_TRUE(to_d(mesh, "a", {}).own);
}

TEST(Explain, OrdersWaysAndTakesCostsApart) {
  const mesh::Mesh mesh = with_more_lans();
  const auto found =
      to_d(mesh, "d",
           {route(mesh, "site_3", {65003, 65004}, 300), route(mesh, "site_2", {65002, 65004}, 310, 40, true),
            route(mesh, "mesh_lan", {}, 1), route(mesh, "site_77", {65077}, 1)});
  ASSERT_EQ(found.candidates.size(), 2U) << "others are no neighbour's";
  const control::Candidate& chosen = found.candidates[0];
  EXPECT_TRUE(chosen.chosen);
  EXPECT_EQ(chosen.neighbour, "b");
  EXPECT_THAT(chosen.path, ElementsAre("b", "d"));
  EXPECT_EQ(chosen.total, Milliseconds{31.0});
  EXPECT_EQ(chosen.own, Milliseconds{11.0});
  EXPECT_EQ(chosen.announced, Milliseconds{20.0});
  EXPECT_EQ(chosen.margin, Milliseconds{4.0});
  EXPECT_EQ(found.candidates[1].neighbour, "c");
  EXPECT_EQ(found.candidates[1].margin, Milliseconds{0.0});
}

// A route that BIRD took in before its own link's cost rose: the difference would be nonsense.
TEST(Explain, AnnouncesNothingBelowZero) {
  const mesh::Mesh mesh = with_more_lans();
  const auto found = to_d(mesh, "d", {route(mesh, "site_2", {65002, 65004}, 60)});
  EXPECT_EQ(found.candidates[0].announced, std::nullopt);
  EXPECT_EQ(found.candidates[0].total, Milliseconds{6.0});
}

TEST(Explain, NamesAnUnknownAsByItsNumber) {
  const mesh::Mesh mesh = with_more_lans();
  const auto found = to_d(mesh, "d", {route(mesh, "site_2", {65002, 64999, 65004}, 310)});
  EXPECT_THAT(found.candidates[0].path, ElementsAre("b", "AS64999", "d"));
}

TEST(Explain, SessionsAreNullWhileBirdHasNotToldOfAll) {
  const mesh::Mesh mesh = with_more_lans();
  auto found = to_d(mesh, "d", {});
  EXPECT_EQ(control::to_json(found)["sessions"], nullptr);
  found.sessions = 0;
  EXPECT_EQ(control::to_json(found)["sessions"], 0);
  EXPECT_EQ(control::to_json(found)["other_prefixes"], control::Json::parse(R"(["10.10.200.0/24"])"));
}

}  // namespace
}  // namespace trimtab::engine
