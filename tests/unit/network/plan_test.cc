// What `up` and `down` do, on the model of a kernel.
#include "network/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model_kernel.h"
#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

using testing::HasSubstr;

const PrivateKey kKey{7};

Endpoints endpoints_of(const mesh::Mesh& mesh) {
  Endpoints endpoints;
  for (const mesh::Site& site : mesh.sites) {
    if (site.endpoint) endpoints[site.id] = {{*parse_address(site.endpoint->host), site.endpoint->port}};
  }
  return endpoints;
}

WantedState wanted_of(const mesh::Mesh& mesh) {
  WantedState state = wanted(mesh, test::kA, kKey, endpoints_of(mesh));
  state.files = {{.path = "/run/metrics.conf", .content = "# trimtab: metrics\n", .shared = true},
                 {.path = "/etc/bird.conf", .content = "# trimtab: BIRD\n"}};
  return state;
}

// One router, `up` and `down` on it, its memory kept between them.
class Router {
 public:
  explicit Router(int rp_filter = 0) : kernel(rp_filter) {}

  Plan up(const mesh::Mesh& mesh) {
    Plan plan = plan_up(wanted_of(mesh), kernel.state, memory);
    EXPECT_TRUE(plan.conflicts.empty()) << plan.conflicts.front().text();
    EXPECT_EQ(kernel.take(plan), "");
    memory = memory_after(plan, kernel);
    return plan;
  }

  Plan down() {
    Plan plan = plan_down(kernel.state, memory);
    EXPECT_TRUE(plan.conflicts.empty()) << plan.conflicts.front().text();
    EXPECT_EQ(kernel.take(plan), "");
    memory = {};
    return plan;
  }

  std::vector<Error> refusals(const mesh::Mesh& mesh) {
    return plan_up(wanted_of(mesh), kernel.state, memory).conflicts;
  }

  ModelKernel kernel;
  Memory memory;
};

TEST(Up, SecondTimeChangesNothing) {
  Router router(2);
  EXPECT_GT(router.up(test::four_sites()).changes(), 0u);
  const std::string before = router.kernel.text();
  EXPECT_EQ(format_plan(router.up(test::four_sites())), "");
  EXPECT_EQ(router.kernel.text(), before);
}

TEST(Up, PlanReadsAsADiff) {
  Router router;
  const std::string text = format_plan(router.up(test::four_sites()));
  EXPECT_THAT(text,
              HasSubstr("+ interface gre-b\n    gre from 10.255.0.1 to 10.255.0.2, ttl 255\n    mtu 1400\n"));
  EXPECT_THAT(text, HasSubstr("+ peer b: 10.255.0.2/32, endpoint 198.51.100.2:51820\n"));
  EXPECT_THAT(text, HasSubstr("~ setting net.ipv4.ip_forward\n    0 -> 1\n"));
  EXPECT_THAT(text, HasSubstr("+ private key\n"));
}

TEST(Down, LeavesTheKernelAsUpFoundIt) {
  for (const int rp_filter : {0, 1, 2}) {
    for (const char* forwarding : {"0", "1"}) {
      Router router(rp_filter);
      router.kernel.state.sysctls["net/ipv4/conf/wan/forwarding"] = "1";
      router.kernel.state.sysctls["net/ipv4/conf/all/accept_redirects"] = "0";
      router.kernel.state.sysctls["net/ipv4/ip_forward"] = forwarding;
      const std::string before = router.kernel.text();
      router.up(test::four_sites());
      router.up(test::four_sites());
      router.down();
      EXPECT_EQ(router.kernel.text(), before) << "rp_filter " << rp_filter << ", forwarding " << forwarding;
    }
  }
}

TEST(Down, WithNothingUpHasNothingToDo) {
  Router router;
  EXPECT_TRUE(router.down().steps.empty());
}

TEST(Down, LeavesASettingThatSomebodyChangedSince) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.sysctls["net/ipv4/conf/all/send_redirects"] = "1";
  router.kernel.state.sysctls["net/ipv4/ip_forward"] = "2";
  const Plan plan = router.down();
  EXPECT_EQ(router.kernel.state.sysctls["net/ipv4/ip_forward"], "2");
  EXPECT_THAT(plan.notes, testing::Contains(HasSubstr("net.ipv4.ip_forward was changed since to 2")));
}

TEST(Down, RefusesToTakeSomebodyElsesAddressAlong) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.addresses.push_back({{"gre-b", *parse_prefix("192.0.2.9/32")}, false});
  const Plan plan = plan_down(router.kernel.state, router.memory);
  ASSERT_EQ(plan.conflicts.size(), 1u);
  EXPECT_THAT(plan.conflicts[0].text(), HasSubstr("192.0.2.9/32 on gre-b"));
}

TEST(Down, RefusesToTakeSomebodyElsesRouteAlongButNotBirds) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.routes.push_back({*parse_prefix("10.10.2.0/24"), "gre-b", 12, 32});
  EXPECT_TRUE(plan_down(router.kernel.state, router.memory).conflicts.empty());
  router.kernel.state.routes.push_back({*parse_prefix("192.0.2.0/24"), "gre-b", 4, 0});
  EXPECT_THAT(plan_down(router.kernel.state, router.memory).conflicts.at(0).text(),
              HasSubstr("192.0.2.0/24"));
}

TEST(Down, WithoutMemoryStillKnowsItsOwn) {
  Router router;
  router.up(test::four_sites());
  router.memory = {};
  router.down();
  EXPECT_EQ(router.kernel.state.find("wg0"), nullptr);
  EXPECT_EQ(router.kernel.state.find("gre-b"), nullptr);
  EXPECT_FALSE(router.kernel.state.table_listing.has_value());
}

// Reverse-path filter: in force is the larger of `all` and the interface's own.
TEST(ReversePath, IsOffOnLinksAndStaysInForceElsewhere) {
  Router router(2);
  router.up(test::four_sites());
  auto& sysctls = router.kernel.state.sysctls;
  EXPECT_EQ(sysctls["net/ipv4/conf/all/rp_filter"], "0");
  EXPECT_EQ(sysctls["net/ipv4/conf/gre-b/rp_filter"], "0");
  EXPECT_EQ(sysctls["net/ipv4/conf/wan/rp_filter"], "2");
  EXPECT_EQ(sysctls["net/ipv4/conf/default/rp_filter"], "2");
}

TEST(ReversePath, InterfaceWithAStricterValueKeepsIt) {
  Router router(1);
  router.kernel.state.sysctls["net/ipv4/conf/wan/rp_filter"] = "2";
  router.up(test::four_sites());
  EXPECT_EQ(router.kernel.state.sysctls["net/ipv4/conf/wan/rp_filter"], "2");
}

TEST(Drift, IsRepaired) {
  Router router(1);
  router.up(test::four_sites());
  const std::string before = router.kernel.text();
  auto& state = router.kernel.state;
  for (FoundInterface& interface : state.interfaces) {
    if (interface.interface.name == "gre-b") interface.interface.mtu = 1300;
    if (interface.interface.name == "gre-c") interface.up = false;
  }
  std::erase_if(state.routes, [](const FoundRoute& route) { return route.protocol == kRouteProtocol; });
  std::erase_if(state.addresses, [](const FoundAddress& entry) { return entry.address.interface == "wg0"; });
  state.wireguard.at("wg0").peers[0].allowed = {*parse_prefix("0.0.0.0/0")};
  state.wireguard.at("wg0").private_key.reset();
  *state.table_listing += "# a rule more\n";
  state.sysctls["net/ipv4/conf/gre-b/rp_filter"] = "1";
  state.files["/etc/bird.conf"] = "edited";
  EXPECT_GE(router.up(test::four_sites()).changes(), 8u);
  EXPECT_EQ(router.kernel.text(), before);
}

TEST(Drift, EndpointThatWireGuardLearntIsNone) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.wireguard.at("wg0").peers[0].endpoint =
      SocketAddress{*parse_address("203.0.113.5"), 1024};
  EXPECT_EQ(format_plan(router.up(test::four_sites())), "");
}

TEST(Endpoint, ChangedInTheMeshFileIsSet) {
  Router router;
  mesh::Mesh mesh = test::four_sites();
  router.up(mesh);
  test::site(mesh, test::kB).endpoint->port = 4500;
  EXPECT_THAT(format_plan(router.up(mesh)),
              HasSubstr("~ peer b: endpoint 198.51.100.2:51820 -> 198.51.100.2:4500"));
  EXPECT_EQ(router.kernel.state.wireguard.at("wg0").peers[0].endpoint->port, 4500);
}

TEST(Endpoint, OfSeveralAddressesTheOneInUseStays) {
  const mesh::Mesh mesh = test::four_sites();
  Router router;
  Endpoints endpoints = endpoints_of(mesh);
  endpoints[test::kB].push_back({*parse_address("192.0.2.77"), 51820});
  Plan plan = plan_up(wanted(mesh, test::kA, kKey, endpoints), router.kernel.state, router.memory);
  EXPECT_EQ(router.kernel.take(plan), "");
  router.memory = memory_after(plan, router.kernel);
  std::reverse(endpoints[test::kB].begin(), endpoints[test::kB].end());  // as resolvers do
  plan = plan_up(wanted(mesh, test::kA, kKey, endpoints), router.kernel.state, router.memory);
  EXPECT_EQ(format_plan(plan), "");
}

TEST(Endpoint, ThatCannotBeResolvedLeavesThePresentOne) {
  const mesh::Mesh mesh = test::four_sites();
  Router router;
  router.up(mesh);
  const Plan plan = plan_up(wanted(mesh, test::kA, kKey, {}), router.kernel.state, router.memory);
  for (const Step& step : plan.steps) EXPECT_EQ(step.object.find("WireGuard"), std::string::npos);
}

TEST(Link, RemovedFromTheMeshFileGoes) {
  Router router;
  router.up(test::four_sites());
  mesh::Mesh without = test::four_sites();
  without.links.erase(without.links.begin());  // a-b
  const std::string text = format_plan(router.up(without));
  EXPECT_THAT(text, HasSubstr("- interface gre-b"));
  EXPECT_THAT(text, HasSubstr("- route 10.255.0.2/32 to wg0"));
  EXPECT_THAT(text, HasSubstr("- peer with 10.255.0.2/32"));
  EXPECT_EQ(router.kernel.state.find("gre-b"), nullptr);
}

TEST(Link, WithAnotherInterfaceNameIsMadeAnew) {
  Router router;
  mesh::Mesh mesh = test::four_sites();
  router.up(mesh);
  mesh.links[0].ends[0].interface = "uplink";
  router.up(mesh);
  EXPECT_EQ(router.kernel.state.find("gre-b"), nullptr);
  EXPECT_NE(router.kernel.state.find("uplink"), nullptr);
}

TEST(Link, WithAnotherSubnetChangesItsAddress) {
  Router router;
  mesh::Mesh mesh = test::four_sites();
  router.up(mesh);
  mesh.links[0].subnet = {*parse_prefix("172.31.99.0/30")};
  mesh.links[0].ends[0].address = {*parse_address("172.31.99.1")};
  const std::string text = format_plan(router.up(mesh));
  EXPECT_THAT(text, HasSubstr("- address 172.31.0.1/30 on gre-b"));
  EXPECT_THAT(text, HasSubstr("+ address 172.31.99.1/30 on gre-b"));
}

// What `plan` says of BGP sessions that would reset.
class SessionsReset : public testing::Test {
 protected:
  void SetUp() override { EXPECT_EQ(router_.up(mesh_).sessions_reset(), 0u) << "links that are new"; }
  std::size_t after_change() {
    return plan_up(wanted(mesh_, test::kA, key_, endpoints_of(mesh_)), router_.kernel.state, router_.memory)
        .sessions_reset();
  }
  Router router_;
  mesh::Mesh mesh_ = test::four_sites();
  PrivateKey key_ = kKey;
};

TEST_F(SessionsReset, NoneByAnotherMtuOrEndpoint) {
  mesh_.links[0].mtu = 1300;
  test::site(mesh_, test::kB).endpoint->port = 4500;
  EXPECT_EQ(after_change(), 0u);
}

TEST_F(SessionsReset, OneByAnotherAddressOfItsLink) {
  mesh_.links[0].subnet = {*parse_prefix("172.31.99.0/30")};
  mesh_.links[0].ends[0].address = {*parse_address("172.31.99.1")};
  EXPECT_EQ(after_change(), 1u);
}

TEST_F(SessionsReset, OneByALinkThatGoes) {
  mesh_.links.erase(mesh_.links.begin());
  EXPECT_EQ(after_change(), 1u);
}

TEST_F(SessionsReset, OneByANeighboursKeyAndAllByOurs) {
  test::site(mesh_, test::kB).public_key.bytes[5] ^= 1;
  EXPECT_EQ(after_change(), 1u);
  key_ = PrivateKey{9};
  EXPECT_EQ(after_change(), 2u);
}

TEST_F(SessionsReset, OneByAnotherInterfaceName) {
  mesh_.links[0].ends[0].interface = "uplink";
  EXPECT_EQ(after_change(), 1u);
}

TEST(Foreign, AddressOnOurInterfaceStaysAndIsNoted) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.addresses.push_back({{"gre-b", *parse_prefix("192.0.2.9/32")}, false});
  router.kernel.state.addresses.push_back({{"gre-b", *parse_prefix("fe80::1/64")}, true});
  const Plan plan = router.up(test::four_sites());
  EXPECT_TRUE(plan.steps.empty());
  EXPECT_THAT(plan.notes, testing::ElementsAre(HasSubstr("192.0.2.9/32 on gre-b is not trimtab's")));
}

TEST(Foreign, InterfaceOfOurNameIsNamedAndNotTouched) {
  Router router;
  router.kernel.state.interfaces.push_back({{.name = "gre-b", .kind = "dummy"}, true, 0});
  const auto refusals = router.refusals(test::four_sites());
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].what, "interface gre-b (dummy) is not trimtab's");
}

TEST(Foreign, TunnelBetweenOurEndsIsNamed) {
  Router router;
  router.kernel.state.interfaces.push_back(
      {{.name = "mine",
        .kind = "gre",
        .gre = Gre{*parse_address("10.255.0.1"), *parse_address("10.255.0.3"), 64}},
       true,
       0});
  EXPECT_THAT(router.refusals(test::four_sites()).at(0).what, HasSubstr("interface mine"));
}

TEST(Foreign, RouteToAPeersOverlayAddressIsNamed) {
  Router router;
  router.kernel.state.routes.push_back({*parse_prefix("10.255.0.3/32"), "wan", 3, 0});
  EXPECT_THAT(router.refusals(test::four_sites()).at(0).text(), HasSubstr("10.255.0.3/32"));
}

TEST(Foreign, RouteWithAMetricIsNotInTheWay) {
  Router router;
  router.kernel.state.routes.push_back({*parse_prefix("10.255.0.3/32"), "wan", 3, 50});
  router.up(test::four_sites());
}

TEST(Foreign, OurAddressElsewhereIsNamed) {
  Router router;
  router.kernel.state.addresses.push_back({{"wan", *parse_prefix("10.255.0.1/24")}, false});
  EXPECT_THAT(router.refusals(test::four_sites()).at(0).text(), HasSubstr("on interface wan"));
}

TEST(Foreign, PeerOfWg0IsNamedAndStays) {
  Router router;
  router.up(test::four_sites());
  router.kernel.state.wireguard.at("wg0").peers.push_back(
      {.key = {{99}}, .allowed = {*parse_prefix("10.255.0.2/32")}});
  EXPECT_THAT(router.refusals(test::four_sites()).at(0).text(),
              HasSubstr("(allowed IPs 10.255.0.2/32) is not"));
  EXPECT_EQ(plan_down(router.kernel.state, router.memory).conflicts.size(), 1u);
}

TEST(Foreign, TableAndFileAreNamed) {
  Router router;
  router.kernel.state.table_listing = "table inet trimtab {\n}\n";
  router.kernel.state.files["/etc/bird.conf"] = "my own";
  const auto refusals = router.refusals(test::four_sites());
  ASSERT_EQ(refusals.size(), 2u);
  EXPECT_EQ(refusals[0].what, "/etc/bird.conf exists and is not trimtab's");
  EXPECT_THAT(refusals[1].what, HasSubstr("table inet trimtab that is not trimtab's"));
}

TEST(Marks, InterfaceIsOursByItsAliasOrByItsGroupAndWhoClaimsIt) {
  EXPECT_TRUE((FoundInterface{{.name = "gre-b", .alias = "trimtab: link to b"}, false, 0}).is_own());
  EXPECT_TRUE((FoundInterface{{.name = "gre-b"}, false, kInterfaceGroup, true}).is_own());
  EXPECT_FALSE((FoundInterface{{.name = "gre-b"}, false, kInterfaceGroup, false}).is_own());
  EXPECT_FALSE((FoundInterface{{.name = "gre-b", .alias = "office"}, false, kInterfaceGroup, true}).is_own());
  EXPECT_FALSE((FoundInterface{{.name = "gre-b"}, false, 0, true}).is_own());
}

TEST(Marks, InterfaceIsClaimedByTheMeshFileWithItsKindOrByMemory) {
  const std::vector<Interface> wanted = wanted_of(test::four_sites()).interfaces;
  EXPECT_TRUE(is_claimed({.name = "gre-b", .kind = "gre"}, wanted, {}));
  EXPECT_FALSE(is_claimed({.name = "gre-b", .kind = "veth"}, wanted, {}));
  EXPECT_FALSE(is_claimed({.name = "eth7", .kind = "gre"}, wanted, {}));
  const Memory memory{.addresses = {{"gre-x", *parse_prefix("172.31.0.1/30")}}};
  EXPECT_TRUE(is_claimed({.name = "gre-x", .kind = "gre"}, {}, memory));
  EXPECT_FALSE(is_claimed({.name = "gre-y", .kind = "gre"}, {}, memory));
}

TEST(Marks, InterfaceInOurGroupThatNobodyClaimsIsNeitherTakenOverNorRemoved) {
  Router router;
  router.kernel.state.interfaces.push_back({{.name = "gre-b", .kind = "veth"}, true, kInterfaceGroup});
  router.kernel.state.interfaces.push_back({{.name = "eth7"}, true, kInterfaceGroup});
  EXPECT_THAT(router.refusals(test::four_sites()).at(0).what, HasSubstr("gre-b (veth) is not trimtab's"));
  const Plan down = plan_down(router.kernel.state, router.memory);
  EXPECT_TRUE(down.steps.empty());
  ASSERT_EQ(down.notes.size(), 2u);
  EXPECT_THAT(down.notes[1], HasSubstr("interface eth7 is in group 116 and nothing else says"));
}

TEST(SharedFile, ThatWasThereBeforeUpStaysAfterDown) {
  Router router;
  router.kernel.state.files["/run/metrics.conf"] = "# trimtab: metrics\n";
  router.up(test::four_sites());
  router.down();
  EXPECT_EQ(router.kernel.state.files.count("/run/metrics.conf"), 1u);
  EXPECT_EQ(router.kernel.state.files.count("/etc/bird.conf"), 0u);
}

TEST(Secrets, NoStepTellsThePrivateKey) {
  Router router;
  PrivateKey key{};
  key.fill(0xab);
  const Plan plan = plan_up(wanted(test::four_sites(), test::kA, key, {}), router.kernel.state, {});
  EXPECT_EQ(format_plan(plan).find("abab"), std::string::npos);
  EXPECT_EQ(format_plan(plan).find("q6ur"), std::string::npos) << "in base64";
  EXPECT_EQ(format_memory(plan.memory).find("abab"), std::string::npos);
}

// ---- both families

TEST(Ipv6, ForwardingIsOnAndRouterAdvertisementsAreStillHeeded) {
  Router router;
  auto& sysctls = router.kernel.state.sysctls;
  sysctls["net/ipv6/conf/br-lan/accept_ra"] = "0";
  const std::string before = router.kernel.text();
  const mesh::Mesh mesh = test::with_ipv6(test::four_sites());
  EXPECT_THAT(format_plan(router.up(mesh)),
              HasSubstr("~ setting net.ipv6.conf.all.forwarding\n    0 -> 1\n    wan accept_ra 1 -> 2"));
  EXPECT_EQ(sysctls["net/ipv6/conf/all/forwarding"], "1");
  EXPECT_EQ(sysctls["net/ipv6/conf/wan/accept_ra"], "2");
  EXPECT_EQ(sysctls["net/ipv6/conf/br-lan/accept_ra"], "0");
  EXPECT_EQ(sysctls["net/ipv6/conf/gre-b/accept_ra"], "0") << "nobody in the mesh gives this router a route";
  EXPECT_TRUE(router.up(mesh).steps.empty());
  router.down();
  EXPECT_EQ(router.kernel.text(), before);
}

TEST(Ipv6, ARouterThatHeededNoAdvertisementsDoesNotBegin) {
  Router router;
  for (auto& [path, value] : router.kernel.state.sysctls) {
    if (path.starts_with("net/ipv6/") && path.ends_with("/forwarding")) value = "1";
  }
  router.up(test::with_ipv6(test::four_sites()));
  EXPECT_EQ(router.kernel.state.sysctls["net/ipv6/conf/wan/accept_ra"], "1");
}

TEST(Ipv6, AWanThatCameBackIsMadeToHeedThemAgain) {
  Router router;
  const mesh::Mesh mesh = test::with_ipv6(test::four_sites());
  router.up(mesh);
  router.kernel.state.sysctls["net/ipv6/conf/wan/accept_ra"] = "1";
  EXPECT_THAT(format_plan(router.up(mesh)), HasSubstr("~ setting net.ipv6.conf.wan.accept_ra\n    1 -> 2"));
}

TEST(Ipv6, OfAMeshWithoutItIsLeftAlone) {
  Router router;
  router.up(test::four_sites());
  EXPECT_EQ(router.kernel.state.sysctls["net/ipv6/conf/all/forwarding"], "0");
  Router alone;
  alone.up(test::ipv6_alone(test::four_sites()));
  EXPECT_EQ(alone.kernel.state.sysctls["net/ipv4/ip_forward"], "0");
}

TEST(Ipv6, IsRefusedWhereTheKernelHasNone) {
  Router router;
  std::erase_if(router.kernel.state.sysctls,
                [](const auto& one) { return one.first.starts_with("net/ipv6/"); });
  const auto refusals = router.refusals(test::with_ipv6(test::four_sites()));
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_THAT(refusals[0].text(), HasSubstr("this kernel has no IPv6"));
}

TEST(Tunnel, OfAnotherFamilyIsMadeAnew) {
  Router router;
  router.up(test::four_sites());
  const Plan plan = router.up(test::ipv6_alone(test::four_sites()));
  EXPECT_THAT(format_plan(plan), HasSubstr("- interface gre-b\n    it becomes another kind of interface\n"));
  EXPECT_THAT(format_plan(plan),
              HasSubstr("+ interface gre-b\n    gre from fd00:255::1 to fd00:255::2, ttl 255\n"));
  EXPECT_EQ(plan.sessions_reset(), 2u);
}

TEST(Tunnel, WithAnEncapsulationLimitIsMended) {
  Router router;
  const mesh::Mesh mesh = test::ipv6_alone(test::four_sites());
  router.up(mesh);
  router.kernel.state.interfaces.back().interface.gre->encapsulation_limit = true;
  EXPECT_THAT(format_plan(router.up(mesh)), HasSubstr("with an encapsulation limit\n"));
}

TEST(WithoutGre, EachLinkIsConfiguredByItself) {
  Router router;
  router.up(test::four_sites());
  const std::string text = format_plan(router.up(test::without_gre(test::four_sites())));
  EXPECT_THAT(text, HasSubstr("- interface wg0\n    this encapsulation does not need it\n"));
  EXPECT_THAT(text, HasSubstr("+ WireGuard on wg-b\n    + private key\n    + port 51822\n"
                              "    + peer b: 0.0.0.0/0, ::/0, endpoint 198.51.100.2:51820\n"));
  EXPECT_EQ(router.kernel.state.wireguard.size(), 2u);
}

}  // namespace
}  // namespace trimtab::network
