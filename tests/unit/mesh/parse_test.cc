#include "mesh/parse.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

using namespace std::chrono_literals;

TEST(Parse, FillsInDefaultsAndAddresses) {
  const Mesh mesh = test::parsed(test::four_sites());
  EXPECT_EQ(mesh.name, "home");
  EXPECT_EQ(mesh.policy, Policy::path);
  EXPECT_EQ(mesh.encapsulation, Encapsulation::gre);
  EXPECT_EQ(mesh.community, 4'200'000'000u);
  EXPECT_EQ(mesh.link_prefix, 30);
  EXPECT_EQ(mesh.tuning, Tuning{});
  ASSERT_EQ(mesh.sites.size(), 4u);
  EXPECT_EQ(mesh.sites[3].name, "d");
  EXPECT_EQ(mesh.sites[3].overlay, std::vector{*parse_address("10.255.0.4")});
  EXPECT_EQ(mesh.sites[3].wan_mtu, 1500);
  EXPECT_TRUE(mesh.sites[3].transit);
  ASSERT_EQ(mesh.links.size(), 5u);
  const Link& bd = mesh.links[3];
  EXPECT_EQ(bd.ends[0].site, 2u);
  EXPECT_EQ(bd.ends[0].interface, "gre-d");
  EXPECT_EQ(bd.ends[0].address, std::vector{*parse_address("172.31.0.17")});
  EXPECT_EQ(bd.ends[1].interface, "gre-b");
  EXPECT_EQ(bd.ends[1].address, std::vector{*parse_address("172.31.0.18")});
  EXPECT_EQ(bd.mtu, 1400);
  EXPECT_EQ(bd.bfd, Bfd::fast);
}

TEST(Parse, TakesEveryKeyOfASiteAndALink) {
  const Mesh mesh = test::parsed(
      test::mesh_table("policy = \"score\"\nencapsulation = \"gre\"\ncommunity = 65000\nlink_prefix = 31\n") +
      test::site_table({1, "a", true, "wan_mtu = 1492\ntransit = false\nmetered = true\n"}) +
      test::site_table({2, "b", false, "outer = \"any\"\n"}) +
      test::link_table("b", "a",
                       "subnet = \"172.31.12.0/30\"\nmtu = 1380\nbandwidth = \"200M\"\nbias = "
                       "\"10ms\"\nbudget = \"50MB\"\n"
                       "interfaces = { a = \"to-b\" }\n"));
  EXPECT_EQ(mesh.policy, Policy::score);
  EXPECT_EQ(mesh.community, 65000u);
  const Site& a = mesh.sites[0];
  EXPECT_FALSE(a.endpoint.has_value());
  EXPECT_EQ(a.wan_mtu, 1492);
  EXPECT_FALSE(a.transit);
  EXPECT_TRUE(a.metered);
  EXPECT_EQ(mesh.sites[1].outer, Outer::any);
  EXPECT_EQ(mesh.sites[1].endpoint, (Endpoint{"192.0.2.2", 51820}));
  const Link& link = mesh.links.at(0);
  EXPECT_EQ(link.subnet.at(0).text(), "172.31.12.0/30");
  EXPECT_EQ(link.own(2).address.at(0).text(), "172.31.12.2");
  EXPECT_EQ(link.own(1).interface, "to-b");
  EXPECT_EQ(link.own(2).interface, "gre-a");
  EXPECT_EQ(link.mtu, 1380);
  EXPECT_EQ(link.bandwidth, Rate{200'000'000});
  EXPECT_EQ(link.bias, Milliseconds{10});
  EXPECT_EQ(link.budget_bytes_per_day, 50'000'000u);
  EXPECT_TRUE(link.metered) << "its site is";
  EXPECT_EQ(link.bfd, Bfd::slow) << "a metered link's default";
}

TEST(Parse, TakesEveryTuningValue) {
  const Tuning tuning =
      test::parsed(
          test::four_sites("interval = \"1s\"\nprobes = 10\nsmoothing = \"fast\"\n[tuning]\n"
                           "metered_interval = \"30s\"\nprobe_timeout = \"2s\"\ncost_per_rtt_ms = 2\n"
                           "cost_per_inverse_bandwidth = 100.5\ncost_per_loss = 1000\n"
                           "cost_bandwidth_floor = \"1M\"\nscore_step = 6\nscore_margin = 9\n"
                           "cost_step = \"20%\"\ncost_step_floor = \"1ms\"\ndwell = \"5s\"\n"
                           "earned_return = \"3s\"\nearned_return_limit = \"1m\"\nloss_boundary = \"10%\"\n"
                           "loss_boundary_back = \"4%\"\nrtt_boundary = \"400ms\"\n"
                           "rtt_boundary_back = \"350ms\"\npublish_burst = 20\npublish_refill = \"1m\"\n"))
          .tuning;
  Tuning expected;
  expected.interval = 1s;
  expected.probes = 10;
  expected.smoothing = 0.25;
  expected.metered_interval = 30s;
  expected.probe_timeout = 2s;
  expected.cost_per_rtt_ms = 2;
  expected.cost_per_inverse_bandwidth = 100.5;
  expected.cost_per_loss = 1000;
  expected.cost_bandwidth_floor = Rate{1'000'000};
  expected.score_step = 6;
  expected.score_margin = 9;
  expected.cost_step = Ratio{0.2};
  expected.cost_step_floor = 1ms;
  expected.dwell = 5s;
  expected.earned_return = 3s;
  expected.earned_return_limit = 1min;
  expected.loss_boundary = Ratio{0.1};
  expected.loss_boundary_back = Ratio{0.04};
  expected.rtt_boundary = 400ms;
  expected.rtt_boundary_back = 350ms;
  expected.publish_burst = 20;
  expected.publish_refill = 1min;
  EXPECT_EQ(tuning, expected);
}

TEST(Parse, FamilyOutsideComesFromTheEndpoint) {
  const auto outer = [](const std::string& endpoint) {
    std::string text = test::three_sites();
    const std::string old = "192.0.2.1:51820";
    text.replace(text.find(old), old.size(), endpoint);
    return test::parsed(text).sites[0].outer;
  };
  EXPECT_EQ(outer("192.0.2.1:51820"), Outer::ipv4);
  EXPECT_EQ(outer("[2001:db8::1]:51820"), Outer::ipv6);
  EXPECT_EQ(outer("a.example.net:51820"), Outer::any);
}

TEST(Parse, WithoutLinksEverybodyWhoCanBeCalledIsLinked) {
  const Parsed parsed =
      parse(test::mesh_table() + test::site_table({1, "a"}) + test::site_table({2, "b", true}) +
            test::site_table({3, "c"}) + test::site_table({4, "d", true}));
  ASSERT_TRUE(parsed.mesh.has_value());
  std::vector<std::pair<SiteId, SiteId>> links;
  for (const Link& link : parsed.mesh->links) links.emplace_back(link.ends[0].site, link.ends[1].site);
  EXPECT_EQ(links, (std::vector<std::pair<SiteId, SiteId>>{{1, 2}, {1, 3}, {1, 4}, {2, 3}, {3, 4}}));
  ASSERT_EQ(parsed.mistakes.size(), 1u);
  EXPECT_TRUE(parsed.mistakes[0].warning);
  EXPECT_EQ(parsed.mistakes[0].text,
            "no link between b, d: none of them has an endpoint; their traffic takes other sites");
}

TEST(Parse, LookupsFindSitesAndTheirLinks) {
  const Mesh mesh = test::parsed(test::four_sites());
  EXPECT_EQ(mesh.find_site("c")->id, 3u);
  EXPECT_EQ(mesh.find_site(SiteId{4})->name, "d");
  EXPECT_EQ(mesh.find_site("e"), nullptr);
  EXPECT_EQ(mesh.find_site(SiteId{5}), nullptr);
  std::vector<SiteId> peers;
  for (const Link* link : mesh.links_of(3)) peers.push_back(link->peer(3).site);
  EXPECT_EQ(peers, (std::vector<SiteId>{1, 2, 4}));
}

TEST(Parse, TheFingerprintStaysWhatItIs) {
  // Two versions that differ here would name each other's file as the odd one: change it on purpose or not at
  // all.
  const Fingerprint print = fingerprint(test::parsed(test::four_sites()));
  EXPECT_EQ(print.text.substr(0, 8), "a7feda77");
  EXPECT_EQ(print.short_id, std::stoul(print.text.substr(0, 8), nullptr, 16));
}

TEST(Parse, TheFingerprintSeesEveryChange) {
  const std::string text = test::four_sites();
  const std::string before = fingerprint(test::parsed(text)).text;
  const std::pair<std::string, std::string> changes[] = {
      {"\"home\"", "\"work\""},
      {"10.255.0.0/24", "10.254.0.0/24"},
      {"172.31.0.0/16", "172.30.0.0/16"},
      {"10.10.0.0/16", "10.0.0.0/9"},
      {"asn = 65004", "asn = 65009"},
      {"id = 4", "id = 9"},
      {"192.0.2.4:", "192.0.2.5:"},
      {"10.10.4.0", "10.10.5.0"},
      {test::key_text(4), test::key_text(9)},
      {"br-lan", "br0"},
      {"name = \"home\"", "name = \"home\"\ninterval = \"16s\""}};
  for (const auto& [from, to] : changes) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    EXPECT_NE(fingerprint(test::parsed(changed)).text, before) << to;
  }
  EXPECT_EQ(fingerprint(test::parsed("# a remark\n" + text)).text, before);
}

TEST(Parse, TheExampleIsFine) {
  std::ifstream file(TRIMTAB_EXAMPLES "/home.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Parsed parsed = parse(text);
  EXPECT_TRUE(parsed.mesh.has_value());
  EXPECT_TRUE(parsed.mistakes.empty());
}

// IPv4 comes first wherever there is a choice; each family's part is derived by itself.
TEST(Parse, BothFamilies) {
  const Mesh mesh = test::parsed(
      "[mesh]\nname = \"home\"\noverlay = [\"fd00:255::/64\", \"10.255.0.0/24\"]\n"
      "links = [\"fd31::/64\", \"172.31.0.0/16\"]\nlans = [\"fd10::/32\", \"10.10.0.0/16\"]\n" +
      test::site_table({1, "a"}) + test::site_table({2, "b"}) + test::site_table({3, "c"}) +
      test::link_table("a", "b") + test::link_table("b", "c", "subnet = [\"fd31::100/127\"]\n"));
  EXPECT_EQ(mesh.gre_family(), Family::ipv4);
  EXPECT_TRUE(mesh.routes(Family::ipv4) && mesh.routes(Family::ipv6));
  EXPECT_EQ(mesh.sites[1].overlay[0].text(), "10.255.0.2");
  EXPECT_EQ(mesh.sites[1].overlay[1].text(), "fd00:255::2");
  const Link& ab = mesh.links[0];
  EXPECT_EQ(ab.ends[0].address[0].text(), "172.31.0.1");
  EXPECT_EQ(ab.ends[0].address[1].text(), "fd31::");
  EXPECT_EQ(ab.ends[1].address[1].text(), "fd31::1");
  const Link& bc = mesh.links[1];
  EXPECT_EQ(bc.subnet[0].text(), "172.31.0.8/30") << "derived";
  EXPECT_EQ(bc.ends[1].address[1].text(), "fd31::101") << "declared";
}

TEST(Parse, WithoutGreEachLinkHasAPort) {
  const Mesh mesh = test::parsed(test::mesh_table("encapsulation = \"none\"\n") + test::site_table({1, "a"}) +
                                 test::site_table({2, "b"}) + test::site_table({3, "c", true}));
  EXPECT_EQ(mesh.gre_family(), std::nullopt);
  EXPECT_EQ(mesh.links[0].ends[0].interface, "wg-b");
  EXPECT_EQ(listening_port(mesh, mesh.sites[0], 2), 51822);
  EXPECT_EQ(listening_port(mesh, mesh.sites[0], 3), 51823);
  EXPECT_EQ(listening_port(mesh, mesh.sites[2], 1), std::nullopt) << "nobody calls it";
}

}  // namespace
}  // namespace trimtab::mesh
