// Favours follow the routes, two readings behind.
#include "engine/favours.h"

#include <gtest/gtest.h>

namespace trimtab::engine {
namespace {

const Prefix kOne = *parse_prefix("10.10.1.0/24");
const Prefix kTwo = *parse_prefix("10.10.2.0/24");

std::vector<bird::PrefixRoutes> going(std::optional<mesh::SiteId> one, std::optional<mesh::SiteId> two) {
  return {{kOne, one, {}}, {kTwo, two, {}}};
}

TEST(Favours, FollowWhatTwoReadingsAgreeOn) {
  Favours favours;
  EXPECT_FALSE(favours.take(going(2, 3)));
  EXPECT_TRUE(favours.through(2).empty());
  EXPECT_TRUE(favours.take(going(2, 3)));
  EXPECT_EQ(favours.through(2), std::vector{kOne});
  EXPECT_EQ(favours.through(3), std::vector{kTwo});
  EXPECT_FALSE(favours.take(going(2, 3))) << "nothing is new";
}

TEST(Favours, StayWhileARouteIsOnTheMove) {
  Favours favours;
  favours.take(going(2, 3));
  favours.take(going(2, 3));
  for (const mesh::SiteId hop : {4U, 2U, 4U, 2U, 4U}) EXPECT_FALSE(favours.take(going(hop, 3)));
  EXPECT_EQ(favours.through(2), std::vector{kOne});
  EXPECT_TRUE(favours.take(going(4, 3)));
  EXPECT_EQ(favours.through(4), std::vector{kOne});
  EXPECT_TRUE(favours.through(2).empty());
}

TEST(Favours, APrefixWithoutARouteKeepsItsFavour) {
  Favours favours;
  favours.take(going(2, 3));
  favours.take(going(2, 3));
  EXPECT_FALSE(favours.take(going(std::nullopt, 3)));
  EXPECT_FALSE(favours.take({}));
  EXPECT_EQ(favours.through(2), std::vector{kOne});
}

TEST(Favours, ForgetWhatIsNoLongerInTheMesh) {
  mesh::Mesh mesh;
  mesh.sites = {{.id = 1}, {.id = 2, .lan = {kOne}}};
  mesh.links.resize(1);
  mesh.links.front().ends[0].site = 1;
  mesh.links.front().ends[1].site = 2;
  Favours favours;
  favours.restore({{2, 100, {kOne, kTwo}}});
  favours.keep(mesh, 1);
  EXPECT_EQ(favours.through(2), std::vector{kOne}) << "the other is nobody's LAN";
  mesh.links.front().ends[1].site = 3;
  favours.keep(mesh, 1);
  EXPECT_TRUE(favours.through(2).empty()) << "no neighbour any more";
}

TEST(Favours, ARestartGoesOnWithWhatIsInTheFile) {
  Favours favours;
  favours.restore({{2, 100, {kOne, kTwo}}});
  EXPECT_EQ(favours.through(2), (std::vector{kOne, kTwo}));
  EXPECT_FALSE(favours.take(going(2, 2)));
  EXPECT_FALSE(favours.take(going(2, 2)));
}

}  // namespace
}  // namespace trimtab::engine
