// Favours follow the routes, two readings behind.
#include "engine/favours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace trimtab::engine {
namespace {

using namespace std::chrono_literals;

const Prefix kOne = *parse_prefix("10.10.1.0/24");
const Prefix kTwo = *parse_prefix("10.10.2.0/24");

std::vector<bird::PrefixRoutes> going(std::optional<mesh::SiteId> one, std::optional<mesh::SiteId> two) {
  return {{kOne, one, {}}, {kTwo, two, {}}};
}

// A reading a second, with links that would keep `kept` of a path for good.
struct Readings {
  Favours favours;
  MonotonicTime now{1h};
  Ratio kept{0.1};

  Favours::News take(const std::vector<bird::PrefixRoutes>& routes) {
    now += 1s;
    return favours.take(now, routes, {{2, 100, Ratio{0.4}, kept}, {3, 100, Ratio{0.4}, kept}});
  }
  bool changes(const std::vector<bird::PrefixRoutes>& routes) { return take(routes).changed; }
};

TEST(Favours, FollowWhatTwoReadingsAgreeOn) {
  Readings readings;
  Favours& favours = readings.favours;
  EXPECT_FALSE(readings.changes(going(2, 3)));
  EXPECT_TRUE(favours.through(2).empty());
  EXPECT_TRUE(readings.changes(going(2, 3)));
  EXPECT_EQ(favours.through(2), std::vector{kOne});
  EXPECT_EQ(favours.through(3), std::vector{kTwo});
  EXPECT_FALSE(readings.changes(going(2, 3))) << "nothing is new";
}

TEST(Favours, StayWhileARouteIsOnTheMove) {
  Readings readings;
  Favours& favours = readings.favours;
  readings.take(going(2, 3));
  readings.take(going(2, 3));
  for (const mesh::SiteId hop : {4U, 2U, 4U, 2U, 4U}) EXPECT_FALSE(readings.changes(going(hop, 3)));
  EXPECT_EQ(favours.through(2), std::vector{kOne});
  EXPECT_TRUE(readings.changes(going(4, 3)));
  EXPECT_EQ(favours.through(4), std::vector{kOne});
  EXPECT_TRUE(favours.through(2).empty());
}

TEST(Favours, APrefixWithoutARouteKeepsItsFavour) {
  Readings readings;
  Favours& favours = readings.favours;
  readings.take(going(2, 3));
  readings.take(going(2, 3));
  EXPECT_FALSE(readings.changes(going(std::nullopt, 3)));
  EXPECT_FALSE(readings.changes({}));
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
  Readings readings;
  Favours& favours = readings.favours;
  favours.restore({{2, 100, {kOne, kTwo}}});
  EXPECT_EQ(favours.through(2), (std::vector{kOne, kTwo}));
  EXPECT_FALSE(readings.changes(going(2, 2)));
  EXPECT_FALSE(readings.changes(going(2, 2)));
}

// kOne goes through 2 at 200, while 3 offers it for `other`.
std::vector<bird::PrefixRoutes> undercut(std::uint32_t other, mesh::SiteId chosen = 2) {
  return {{kOne, chosen, {{2, 200}, {3, other}}}};
}

TEST(Favours, EndWhereAnotherWayIsCheaperForLong) {
  Readings readings;
  for (int i = 0; i < 2; ++i) readings.take(undercut(140));
  // A fifth more than what is kept, a second each: 180 s are 900 readings.
  for (int i = 0; i < 898; ++i) EXPECT_TRUE(readings.take(undercut(140)).ended.empty());
  EXPECT_EQ(readings.favours.through(2), std::vector{kOne});
  EXPECT_NEAR(std::chrono::duration<double>(*readings.favours.ends_in(kOne)).count(), 1, 0.1);
  Favours::News news;
  for (int i = 0; i < 2 && news.ended.empty(); ++i) news = readings.take(undercut(140));
  ASSERT_EQ(news.ended.size(), 1U);
  EXPECT_TRUE(news.changed);
  EXPECT_EQ(news.ended.front().prefix, kOne);
  EXPECT_EQ(news.ended.front().neighbour, 2U);
  EXPECT_NEAR(news.ended.front().cheaper.value, 0.3, 1e-9);
  // BIRD has not read the file yet, then the route moves; what was favoured never is again meanwhile.
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(readings.changes(undercut(140)));
    EXPECT_TRUE(readings.favours.through(2).empty());
    EXPECT_FALSE(readings.favours.ends_in(kOne));
  }
  EXPECT_FALSE(readings.changes(undercut(140, 3)));
  EXPECT_TRUE(readings.favours.through(2).empty());
  EXPECT_TRUE(readings.changes(undercut(140, 3)));
  EXPECT_EQ(readings.favours.through(3), std::vector{kOne});
}

TEST(Favours, AreOnAgainWhereNothingIsCheaperAnyMore) {
  Readings readings;
  for (int i = 0; i < 1000; ++i) readings.take(undercut(140));
  ASSERT_TRUE(readings.favours.through(2).empty());
  EXPECT_TRUE(readings.changes(undercut(200)));
  EXPECT_EQ(readings.favours.through(2), std::vector{kOne});
}

TEST(Favours, StayWithinWhatIsKeptForGood) {
  Readings readings;
  for (int i = 0; i < 50'000; ++i) EXPECT_TRUE(readings.take(undercut(181)).ended.empty());
  EXPECT_FALSE(readings.favours.ends_in(kOne));
  EXPECT_EQ(readings.favours.through(2), std::vector{kOne});
}

TEST(Favours, TimeThatNobodyWatchedIsNotCounted) {
  Readings readings;
  for (int i = 0; i < 2; ++i) readings.take(undercut(140));
  for (int i = 0; i < 3; ++i) {
    readings.now += 10h;
    EXPECT_TRUE(readings.take(undercut(140)).ended.empty());
  }
  const auto left_s = [&] { return std::chrono::duration<double>(*readings.favours.ends_in(kOne)).count(); };
  EXPECT_NEAR(left_s(), 900 - 3 * 60 - 1, 1);
  // What staying has cost is not forgotten for a reading without the route, or with another choice.
  for (const auto& gap : {std::vector<bird::PrefixRoutes>{}, undercut(140, 3)}) {
    const double before_s = left_s();
    readings.take(gap);
    readings.take(undercut(140));
    readings.take(undercut(140));
    EXPECT_NEAR(left_s(), before_s - 1, 1e-6);
  }
}

TEST(Favours, AnEndOutlivesAReadingWithoutTheRoute) {
  Readings readings;
  for (int i = 0; i < 1000; ++i) readings.take(undercut(140));
  ASSERT_TRUE(readings.favours.through(2).empty());
  readings.take({});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(readings.changes(undercut(140)));
  EXPECT_TRUE(readings.favours.through(2).empty());
}

}  // namespace
}  // namespace trimtab::engine
