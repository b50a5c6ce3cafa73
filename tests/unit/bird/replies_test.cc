// Replies as BIRD 2.0.12 gave them (tests/golden/bird/replies), and what other versions say differently.
#include "bird/replies.h"

#include <gmock/gmock.h>
#include <rapidcheck.h>

#include "support/golden.h"

namespace trimtab::bird {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

Reply reply(std::string_view text) {
  ReplyReader reader;
  const auto replies = reader.feed(text);
  EXPECT_TRUE(replies.ok() && replies->size() == 1) << text;
  return replies->front();
}

Reply golden(const std::string& name) {
  return reply(test::read_golden("bird/replies/" + name + ".txt"));
}

TEST(Version, OfGreetingAndStatus) {
  EXPECT_EQ(*parse_version(golden("greeting").message()), "2.0.12");
  EXPECT_EQ(*parse_version("BIRD version 3.1.0"), "3.1.0");
  EXPECT_FALSE(parse_version("FRRouting 10").ok());
  EXPECT_FALSE(parse_version("BIRD ").ok());
}

TEST(Version, From2_0_10On) {
  for (const char* good :
       {"2.0.10", "2.0.12", "2.13", "2.14.1", "2.15.1-12-gabcdef", "3.0.0", "3.1.0-alpha1"}) {
    EXPECT_TRUE(check_version(good).ok()) << good;
  }
  for (const char* bad : {"2.0.9", "1.6.8", "2.0", "", "x"}) EXPECT_FALSE(check_version(bad).ok()) << bad;
  EXPECT_THAT(check_version("2.0.7").error().text(), testing::HasSubstr("2.0.7"));
}

TEST(Replies, Status) {
  const auto status = parse_status(golden("status"));
  ASSERT_TRUE(status.ok());
  EXPECT_EQ(status->version, "2.0.12");
  EXPECT_EQ(status->last_reboot, std::chrono::sys_days{2026y / 11 / 23} + 23h + 53min + 50s);
  EXPECT_FALSE(parse_status(golden("protocols")).ok());
}

TEST(Replies, ARestartIsMoreThanARounding) {
  const std::chrono::sys_seconds then{1000s};
  EXPECT_FALSE(is_restart(std::nullopt, then));
  EXPECT_FALSE(is_restart(then, std::nullopt));
  EXPECT_FALSE(is_restart(then, then + 1s));
  EXPECT_FALSE(is_restart(then, then - 2s));
  EXPECT_TRUE(is_restart(then, then + 3s));
  EXPECT_TRUE(is_restart(then, then - 3600s));
}

TEST(Replies, Protocols) {
  const auto protocols = parse_protocols(golden("protocols_starting"));
  ASSERT_TRUE(protocols.ok());
  ASSERT_EQ(protocols->size(), 2U);
  EXPECT_EQ((*protocols)[0].name, "site_2");
  EXPECT_TRUE((*protocols)[0].established());
  EXPECT_EQ((*protocols)[1].state, "start");
  EXPECT_EQ((*protocols)[1].info, "Active Error: Neighbor lost");
  EXPECT_FALSE((*protocols)[1].established());
  EXPECT_THAT(*parse_protocols(golden("no_protocol")), IsEmpty());
}

// After 20 h `since` is a date; with a time format of the operator's it is both.
TEST(Replies, ProtocolsWhateverSinceLooksLike) {
  const auto protocols =
      parse_protocols(reply("1002-site_2 BGP --- up 2026-11-22 Established\n"
                            " site_3 BGP --- up 2026-11-22 23:01:27 Established\n"
                            " site_4 BGP --- down 23:01:27.1\n0000 \n"));
  ASSERT_TRUE(protocols.ok());
  EXPECT_TRUE((*protocols)[0].established());
  EXPECT_TRUE((*protocols)[1].established());
  EXPECT_EQ((*protocols)[2].info, "");
}

TEST(Replies, BfdSessions) {
  const auto sessions = parse_bfd_sessions(golden("bfd"));
  ASSERT_TRUE(sessions.ok());
  ASSERT_EQ(sessions->size(), 2U);
  EXPECT_EQ((*sessions)[0].neighbour.text(), "172.31.0.6");
  EXPECT_EQ((*sessions)[0].interface, "gre-c");
  EXPECT_TRUE((*sessions)[0].up);
  const auto down =
      parse_bfd_sessions(reply("1020-mesh_bfd:\n 172.31.0.2  gre-b  Down  23:01:27  1.000  0.000\n0000 \n"));
  EXPECT_FALSE(down->front().up);
  EXPECT_FALSE(parse_bfd_sessions(reply("9001 There is no BFD protocol running\n")).ok());
}

TEST(Replies, Routes) {
  const auto routes = parse_routes(golden("routes"));
  ASSERT_TRUE(routes.ok());
  ASSERT_EQ(routes->size(), 2U);
  const RouteCandidate& best = routes->front();
  EXPECT_EQ(best.protocol, "site_2");
  EXPECT_TRUE(best.best);
  EXPECT_THAT(best.as_path, ElementsAre(65002, 65004));
  EXPECT_EQ(best.local_preference, 1'999'999'900U);
  EXPECT_EQ(best.community(4'200'000'000, 1), 100U);
  EXPECT_EQ(best.community(4'200'000'000, 2), 31847576U);
  EXPECT_EQ(best.community(4'200'000'000, 3), std::nullopt);
  EXPECT_FALSE(routes->back().best);
  EXPECT_EQ(routes->back().protocol, "site_3");
  EXPECT_EQ(routes->back().community(4'200'000'000, 1), 200U);
}

TEST(Replies, RoutesOfOurOwnAndOfNobody) {
  const auto own = parse_routes(golden("own_route"));
  ASSERT_TRUE(own.ok());
  ASSERT_EQ(own->size(), 1U);
  EXPECT_EQ(own->front().protocol, "mesh_lan");
  EXPECT_THAT(own->front().as_path, IsEmpty());
  EXPECT_EQ(own->front().local_preference, std::nullopt);
  EXPECT_THAT(*parse_routes(golden("no_route")), IsEmpty());
  EXPECT_FALSE(parse_routes(golden("syntax_error")).ok());
}

TEST(Replies, ALongListOfCommunitiesIsWhole) {
  const auto routes = parse_routes(golden("routes_long"));
  ASSERT_EQ(routes->size(), 2U);
  EXPECT_EQ(routes->front().large_communities.size(), 14U);
  EXPECT_EQ(routes->front().community(4'200'000'000, 1), 100U);
}

// BIRD 3 names attributes as filters do; in every other way it says the same.
TEST(Replies, OfBird3AreTheSame) {
  EXPECT_EQ(parse_status(golden("bird3_status"))->version, "3.3.2");
  EXPECT_TRUE(parse_protocols(golden("bird3_protocols"))->back().established());
  EXPECT_TRUE(parse_bfd_sessions(golden("bird3_bfd"))->back().up);
  const auto routes = parse_routes(golden("bird3_routes"));
  ASSERT_TRUE(routes.ok());
  ASSERT_EQ(routes->size(), 2U);
  EXPECT_EQ(routes->front().protocol, "site_2");
  EXPECT_TRUE(routes->front().best);
  EXPECT_THAT(routes->back().as_path, ElementsAre(65003, 65004));
  EXPECT_EQ(routes->back().local_preference, 1'999'999'800U);
  EXPECT_EQ(routes->back().community(4'200'000'000, 1), 200U);
}

// The heading need not be the best one's, and very long lists go on in further lines.
TEST(Replies, RoutesInAnyOrder) {
  const auto routes =
      parse_routes(reply("1007-Table master4:\n"
                         " 10.10.4.0/24         unicast [site_2 23:01:27.123] (100) [AS65004i]\n"
                         "1012-\tBGP.large_community: (1, 2, 3) (4, 5, 6)\n"
                         " \t\t(4200000000, 1, 7)\n"
                         " \tBGP.local_pref: 154\n"
                         "1007-                     unicast [site_3 23:01:27.123] * (100) [AS65004i]\n"
                         "0000 \n"));
  ASSERT_TRUE(routes.ok());
  ASSERT_EQ(routes->size(), 2U);
  EXPECT_EQ(routes->front().protocol, "site_3") << "the best one first";
  EXPECT_EQ(routes->back().local_preference, 154U);
  EXPECT_EQ(routes->back().large_communities.size(), 3U);
}

TEST(Replies, TheQuestionForRoutes) {
  EXPECT_EQ(routes_command(*parse_prefix("10.10.4.0/24")), "show route 10.10.4.0/24 all");
}

TEST(Replies, TheQuestionForOtherFingerprints) {
  EXPECT_EQ(other_fingerprints_command(4200000000, 77),
            "show route primary where bgp_large_community ~ [(4200000000, 2, 0..76), "
            "(4200000000, 2, 78..4294967295)]");
  EXPECT_EQ(other_fingerprints_command(1, 0),
            "show route primary where bgp_large_community ~ [(1, 2, 1..4294967295)]");
  EXPECT_EQ(other_fingerprints_command(1, 4294967295),
            "show route primary where bgp_large_community ~ [(1, 2, 0..4294967294)]");
}

TEST(Replies, SurviveAnyText) {
  EXPECT_TRUE(rc::check("any lines under any code", [](const std::vector<std::string>& texts) {
    Reply any;
    for (const std::string& text : texts) {
      any.lines.push_back({*rc::gen::element(0, 1000, 1002, 1007, 1011, 1012, 1020), text});
    }
    any.lines.push_back({0, ""});
    (void)parse_status(any);
    (void)parse_protocols(any);
    (void)parse_bfd_sessions(any);
    (void)parse_routes(any);
  }));
}

}  // namespace
}  // namespace trimtab::bird
