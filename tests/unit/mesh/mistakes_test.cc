// Every mistake that a mesh file can have, made one at a time in a file that is fine: what is said of it,
// where, and that nothing else is said. A line here is the documentation of a message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mesh/parse.h"
#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

struct Change {
  std::string from;
  std::string to;
};

struct Case {
  std::string name;
  std::vector<Change> changes;  // each in the first place where it fits
  std::vector<std::string> said;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

class Mistaken : public testing::TestWithParam<Case> {};

TEST_P(Mistaken, IsSaidOnceInItsPlace) {
  std::string text = test::three_sites();
  for (const Change& change : GetParam().changes) {
    const std::size_t at = text.find(change.from);
    ASSERT_NE(at, std::string::npos) << change.from;
    text.replace(at, change.from.size(), change.to);
  }
  const Parsed parsed = parse(text);
  std::vector<std::string> said;
  bool fine = true;
  for (const Mistake& mistake : parsed.mistakes) {
    said.push_back(format_mistake(mistake, "m"));
    fine = fine && mistake.warning;
  }
  EXPECT_THAT(said, testing::ElementsAreArray(GetParam().said)) << text;
  EXPECT_EQ(parsed.mesh.has_value(), fine);
}

const std::string kMesh = "lans = [\"10.10.0.0/16\"]\n";
const std::string kSiteB = "endpoint = \"192.0.2.2:51820\"\n";
const std::string kLinkAb = "between = [\"a\", \"b\"]\n";
// From the first [[site]] on.
const std::string kAllSites = test::three_sites().substr(test::three_sites().find("[[site]]"));

const Case kCases[] = {
    {"nothing_is_wrong", {}, {}},
    {"unknown_key_of_the_mesh",
     {{kMesh, kMesh + "polcy = \"path\"\n"}},
     {"m:6:1: error: unknown key \"polcy\" in [mesh]; did you mean policy?"}},
    {"unknown_key_like_no_other",
     {{kLinkAb, kLinkAb + "colour = 1\n"}},
     {"m:35:1: error: unknown key \"colour\" in [[link]]; known are bandwidth, between, bfd, bias, budget, "
      "interfaces, metered, mtu, subnet"}},
    {"unknown_table",
     {{kMesh, kMesh + "[metrics]\nport = 1\n"}},
     {"m:6:2: error: unknown key \"metrics\" in the file; known are link, mesh, site, tuning"}},
    {"key_of_another_table",
     {{kMesh, kMesh + "dwell = \"5s\"\n"}},
     {"m:6:1: error: unknown key \"dwell\" in [mesh]; it belongs in [tuning]"}},
    {"string_for_number",
     {{"asn = 65002", "asn = \"65002\""}},
     {"m:19:7: error: asn must be a whole number, and is a string; take the quotes away"}},
    {"number_for_string",
     {{"name = \"home\"", "name = 7"}},
     {"m:2:8: error: name must be a string, and is a whole number; put it in quotes"}},
    {"number_for_duration",
     {{kMesh, kMesh + "interval = 15\n"}},
     {"m:6:12: error: interval must be a duration in quotes, like \"15s\", and is a whole number"}},
    {"bad_duration",
     {{kMesh, kMesh + "interval = \"15 s\"\n"}},
     {"m:6:12: error: interval: \"15 s\" is not a duration; write a number and ms, s, m or h, like \"15s\""}},
    {"duration_out_of_range",
     {{kMesh, kMesh + "interval = \"10ms\"\n"}},
     {"m:6:12: error: interval is 10ms; write \"200ms\" to \"1h\""}},
    {"too_many_probes", {{kMesh, kMesh + "probes = 21\n"}}, {"m:6:10: error: probes is 21; write 1 to 20"}},
    {"probes_that_do_not_fit",
     {{kMesh, kMesh + "interval = \"200ms\"\nprobes = 5\n"}},
     {"m:7:10: error: 5 probes do not fit an interval of 200ms: each takes 50ms; write fewer or a longer "
      "one"}},
    {"interval_above_metered",
     {{kMesh, kMesh + "interval = \"2m\"\n"}},
     {"m:6:12: error: metered_interval (1m) is shorter than interval (2m); set it in [tuning] to at least "
      "that"}},
    {"smoothing_of_zero",
     {{kMesh, kMesh + "smoothing = 0\n"}},
     {"m:6:13: error: smoothing is 0; write 0.001 to 1"}},
    {"smoothing_word",
     {{kMesh, kMesh + "smoothing = \"slow\"\n"}},
     {"m:6:13: error: smoothing is \"slow\"; write \"calm\" or \"fast\""}},
    {"boundary_below_its_way_back",
     {{kMesh, kMesh + "[tuning]\nrtt_boundary = \"300ms\"\n"}},
     {"m:7:16: error: rtt_boundary_back (450ms) must be below rtt_boundary (300ms); set both"}},
    {"loss_boundary_below_its_way_back",
     {{kMesh, kMesh + "[tuning]\nloss_boundary = \"2%\"\n"}},
     {"m:7:17: error: loss_boundary_back (2%) must be below loss_boundary (2%); set both"}},
    {"earned_return_above_its_limit",
     {{kMesh, kMesh + "[tuning]\nearned_return = \"20m\"\n"}},
     {"m:7:17: error: earned_return_limit (10m) is shorter than earned_return (20m); set it to at least "
      "that"}},
    {"bad_percentage",
     {{kMesh, kMesh + "[tuning]\nloss_boundary = 5\n"}},
     {"m:7:17: error: loss_boundary must be a percentage in quotes, like \"5%\", and is a whole number"}},
    {"bad_policy",
     {{kMesh, kMesh + "policy = \"paths\"\n"}},
     {"m:6:10: error: policy is \"paths\"; write \"path\" or \"score\""}},
    {"two_ipv6_overlays",
     {{"overlay = \"10.255.0.0/24\"", "overlay = [\"10.255.0.0/24\", \"fd00::/64\", \"fd01::/64\"]"}},
     {"m:3:42: error: overlay has two IPv6 prefixes; keep one"}},
    {"ipv6_overlay_for_one_site",
     {{"overlay = \"10.255.0.0/24\"", "overlay = [\"10.255.0.0/24\", \"fd00::/127\"]"}},
     {"m:3:29: error: overlay: fd00::/127 has no room for two sites; write a /126 or shorter"}},
    {"link_local_overlay",
     {{"overlay = \"10.255.0.0/24\"", "overlay = [\"10.255.0.0/24\", \"fe80::/64\"]"}},
     {"m:3:29: error: overlay: fe80::/64 cannot be routed; take a private range, like fd00::/8"}},
    {"ipv6_lans_without_ipv6_links",
     {{"lans = [\"10.10.0.0/16\"]", "lans = [\"10.10.0.0/16\", \"fd10::/48\"]"}},
     {"m:5:25: error: lans has IPv6 (fd10::/48) and links has none; add a prefix to links, like "
      "\"fd31::/64\""}},
    {"ipv4_lans_without_ipv4_links",
     {{"links = \"172.31.0.0/16\"", "links = \"fd31::/64\""}},
     {"m:5:9: error: lans has IPv4 (10.10.0.0/16) and links has none; add a prefix to links, like "
      "\"172.31.0.0/16\""}},
    {"ipv6_lan_outside_lans",
     {{"lan = [\"10.10.2.0/24\"]", "lan = [\"10.10.2.0/24\", \"fd10:2::/64\"]"}},
     {"m:20:24: error: fd10:2::/64 lies outside lans; add it to lans in [mesh] or choose another"}},
    {"ipv6_links_for_two_sites",
     {{"links = \"172.31.0.0/16\"", "links = [\"172.31.0.0/16\", \"fd31::/127\"]"}},
     {"m:27:6: error: id 3 does not fit links fd31::/127; the largest that does with a /127 per link is 2"}},
    {"ipv6_subnet_too_long",
     {{"links = \"172.31.0.0/16\"", "links = [\"172.31.0.0/16\", \"fd31::/64\"]"},
      {kLinkAb, kLinkAb + "subnet = \"fd31::8/126\"\n"}},
     {"m:35:10: error: subnet fd31::8/126 must be a /127"}},
    {"ipv6_subnet_without_ipv6_links",
     {{kLinkAb, kLinkAb + "subnet = \"fd31::8/127\"\n"}},
     {"m:35:10: error: subnet fd31::8/127 is IPv6 and links has none; take it away"}},
    {"wan_too_narrow_for_ipv6_links",
     {{"links = \"172.31.0.0/16\"", "links = [\"172.31.0.0/16\", \"fd31::/64\"]"},
      {kSiteB, kSiteB + "wan_mtu = 1362\n"}},
     {"m:23:11: error: wan_mtu 1362 of site \"b\" leaves 1272 bytes in link a-b, and IPv6 in links takes "
      "1280; "
      "at least 8 more are needed, or no IPv6 in links"}},
    {"mtu_too_small_for_ipv6_links",
     {{"links = \"172.31.0.0/16\"", "links = [\"172.31.0.0/16\", \"fd31::/64\"]"},
      {kLinkAb, kLinkAb + "mtu = 1200\n"}},
     {"m:35:7: error: mtu 1200 is too small for IPv6 in links; write at least 1280"}},
    {"wan_too_narrow_for_an_ipv6_overlay",
     {{"overlay = \"10.255.0.0/24\"", "overlay = \"fd00::/64\""}, {kSiteB, kSiteB + "wan_mtu = 1330\n"}},
     {"m:23:11: error: wan_mtu 1330 of site \"b\" leaves wg0 1270 bytes, and IPv6 in overlay takes 1280; at "
      "least "
      "10 more are needed, or no IPv6 in overlay"}},
    {"port_beyond_the_last_without_gre",
     {{kMesh, kMesh + "encapsulation = \"none\"\n"}, {"192.0.2.2:51820", "192.0.2.2:65535"}},
     {"m:23:12: error: site \"b\" would listen to site \"a\" on port 65536 (the endpoint's plus that site's "
      "id), "
      "and 65535 is the last; give it a lower port"}},
    {"ports_that_meet_without_gre",
     {{kMesh, kMesh + "encapsulation = \"none\"\n"}, {"192.0.2.2:51820", "192.0.2.1:51821"}},
     {"m:23:12: error: site \"b\" for site \"a\" would listen on 192.0.2.1 port 51822, which is that of site "
      "\"a\" "
      "for site \"b\"; keep their endpoints' ports further apart than the ids"}},
    {"mtu_above_the_bound_without_gre",
     {{kMesh, kMesh + "encapsulation = \"none\"\n"}, {kLinkAb, kLinkAb + "mtu = 1441\n"}},
     {"m:36:7: error: mtu 1441 does not pass site \"a\": 1500 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 "
      "(WireGuard) = "
      "1440; write at most 1440"}},
    {"mesh_name_missing",
     {{"name = \"home\"\n", ""}},
     {"m:1:1: error: [mesh] has no name; add a line like name = \"home\""}},
    {"overlay_missing",
     {{"overlay = \"10.255.0.0/24\"\n", ""}},
     {"m:1:1: error: [mesh] has no overlay; add a line like overlay = \"10.255.0.0/24\""}},
    {"mesh_name_upper_case",
     {{"name = \"home\"", "name = \"Home\""}},
     {"m:2:8: error: name \"Home\" does not fit; write lower-case letters, digits and hyphens, a letter "
      "first"}},
    {"mesh_name_too_long",
     {{"name = \"home\"", "name = \"" + std::string(64, 'a') + "\""}},
     {"m:2:8: error: a name of 64 characters; write at most 63"}},
    {"link_prefix",
     {{kMesh, kMesh + "link_prefix = 29\n"}},
     {"m:6:15: error: link_prefix is 29; write 30 to 31"}},
    {"community",
     {{kMesh, kMesh + "community = 0\n"}},
     {"m:6:13: error: community is 0; write 1 to 4294967295"}},
    {"default_route",
     {{"lans = [\"10.10.0.0/16\"]", "lans = [\"0.0.0.0/0\"]"}},
     {"m:5:9: error: lans: 0.0.0.0/0 is too wide; write a /8 or longer"}},
    {"loopback_overlay",
     {{"overlay = \"10.255.0.0/24\"", "overlay = \"127.0.0.0/24\""}},
     {"m:3:11: error: overlay: 127.0.0.0/24 cannot be routed; take a private range, like 10.0.0.0/8"}},
    {"not_a_prefix",
     {{"links = \"172.31.0.0/16\"", "links = \"172.31.0.0\""}},
     {"m:4:9: error: links: \"172.31.0.0\" is not a prefix; write it like \"10.10.1.0/24\""}},
    {"ranges_overlap",
     {{"overlay = \"10.255.0.0/24\"", "overlay = \"10.10.5.0/24\""}},
     {"m:5:9: error: 10.10.0.0/16 overlaps 10.10.5.0/24 in overlay (line 3); keep them apart"}},
    {"site_name_missing",
     {{"name = \"b\"\n", ""}},
     {"m:16:1: error: [[site]] has no name; add a line like name = \"a\""}},
    {"id_missing", {{"id = 2\n", ""}}, {"m:16:1: error: [[site]] has no id; add a line like id = 1"}},
    {"asn_missing",
     {{"asn = 65002\n", ""}},
     {"m:16:1: error: [[site]] has no asn; add a line like asn = 65001"}},
    {"public_key_missing",
     {{"public_key = \"" + test::key_text(2) + "\"\n", ""}},
     {"m:16:1: error: site \"b\" has no public_key; `trimtab keygen` on that router prints it"}},
    {"public_key_short",
     {{"public_key = \"" + test::key_text(2) + "\"", "public_key = \"abc\""}},
     {"m:23:14: error: public_key: not a WireGuard public key; write the 44 characters that `trimtab keygen` "
      "or `wg pubkey` prints"}},
    {"public_key_of_low_order",
     {{"public_key = \"" + test::key_text(2) + "\"",
       "public_key = \"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\""}},
     {"m:23:14: error: public_key: a public key that no private key has; write what `trimtab keygen` or `wg "
      "pubkey` prints"}},
    {"lan_interface_missing",
     {{"lan_interface = \"br-lan\"\nendpoint = \"192.0.2.2:51820\"\n", "endpoint = \"192.0.2.2:51820\"\n"}},
     {"m:20:1: error: site \"b\" has a lan and no lan_interface; name the interface that has an address in "
      "it, like lan_interface = \"br-lan\""}},
    {"lan_interface_too_long",
     {{"lan_interface = \"br-lan\"\nendpoint = \"192.0.2.2:51820\"\n",
       "lan_interface = \"a-very-long-name\"\nendpoint = \"192.0.2.2:51820\"\n"}},
     {"m:21:17: error: lan_interface \"a-very-long-name\" has 16 characters; the kernel takes 1 to 15"}},
    {"lan_interface_reserved",
     {{"lan_interface = \"br-lan\"\nendpoint = \"192.0.2.2:51820\"\n",
       "lan_interface = \"wg0\"\nendpoint = \"192.0.2.2:51820\"\n"}},
     {"m:21:17: error: lan_interface \"wg0\" is taken by the system or by trimtab; choose another"}},
    {"interface_tunl0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"tunl0\" }\n"}},
     {"m:35:20: error: interface \"tunl0\" is taken by the system or by trimtab; choose another"}},
    {"interface_sit0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"sit0\" }\n"}},
     {"m:35:20: error: interface \"sit0\" is taken by the system or by trimtab; choose another"}},
    {"interface_gre0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"gre0\" }\n"}},
     {"m:35:20: error: interface \"gre0\" is taken by the system or by trimtab; choose another"}},
    {"interface_gretap0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"gretap0\" }\n"}},
     {"m:35:20: error: interface \"gretap0\" is taken by the system or by trimtab; choose another"}},
    {"interface_erspan0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"erspan0\" }\n"}},
     {"m:35:20: error: interface \"erspan0\" is taken by the system or by trimtab; choose another"}},
    {"interface_ip6gre0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"ip6gre0\" }\n"}},
     {"m:35:20: error: interface \"ip6gre0\" is taken by the system or by trimtab; choose another"}},
    {"interface_ip6tnl0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"ip6tnl0\" }\n"}},
     {"m:35:20: error: interface \"ip6tnl0\" is taken by the system or by trimtab; choose another"}},
    {"interface_ip_vti0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"ip_vti0\" }\n"}},
     {"m:35:20: error: interface \"ip_vti0\" is taken by the system or by trimtab; choose another"}},
    {"interface_ip6_vti0",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"ip6_vti0\" }\n"}},
     {"m:35:20: error: interface \"ip6_vti0\" is taken by the system or by trimtab; choose another"}},
    {"interface_lo",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"lo\" }\n"}},
     {"m:35:20: error: interface \"lo\" is taken by the system or by trimtab; choose another"}},
    {"site_name_of_bad_letters",
     {{"name = \"b\"\n", "name = \"b_1\"\n"}, {kLinkAb, "between = [\"a\", \"b_1\"]\n"}},
     {"m:17:8: error: name \"b_1\" does not fit; write lower-case letters, digits and hyphens, a letter "
      "first"}},
    {"id_of_zero", {{"id = 2", "id = 0"}}, {"m:18:6: error: id is 0; write 1 to 65535"}},
    {"id_above_overlay",
     {{"overlay = \"10.255.0.0/24\"", "overlay = \"10.255.0.0/30\""}},
     {"m:27:6: error: id 3 does not fit overlay 10.255.0.0/30; the largest that does is 2"}},
    {"id_above_links",
     {{"links = \"172.31.0.0/16\"", "links = \"172.31.0.0/29\""}},
     {"m:27:6: error: id 3 does not fit links 172.31.0.0/29; the largest that does with a /30 per link is 2 "
      "(link_prefix = 31 holds ids up to 3)"}},
    {"id_above_links_that_31_would_hold",
     {{"id = 3", "id = 200"}},
     {"m:27:6: error: id 200 does not fit links 172.31.0.0/16; the largest that does with a /30 per link is "
      "181 (link_prefix = 31 holds ids up to 256)"}},
    {"asn_reserved",
     {{"asn = 65002", "asn = 23456"}},
     {"m:19:7: error: asn 23456 is reserved; take a private one, like 65001"}},
    {"endpoint_without_port",
     {{"\"192.0.2.2:51820\"", "\"192.0.2.2\""}},
     {"m:22:12: error: endpoint: \"192.0.2.2\" is not an endpoint; write address or name and port, like "
      "\"a.example.net:51820\" or \"[2001:db8::1]:51820\""}},
    {"endpoint_port_out_of_range",
     {{"\"192.0.2.2:51820\"", "\"192.0.2.2:65536\""}},
     {"m:22:12: error: endpoint: \"192.0.2.2:65536\" is not an endpoint; write address or name and port, "
      "like \"a.example.net:51820\" or \"[2001:db8::1]:51820\""}},
    {"endpoint_bad_address",
     {{"\"192.0.2.2:51820\"", "\"192.0.2.256:51820\""}},
     {"m:22:12: error: endpoint: \"192.0.2.256:51820\" is not an endpoint; write address or name and port, "
      "like \"a.example.net:51820\" or \"[2001:db8::1]:51820\""}},
    {"endpoint_inside_the_mesh",
     {{"\"192.0.2.2:51820\"", "\"10.10.1.7:51820\""}},
     {"m:22:12: error: endpoint 10.10.1.7 lies inside the mesh (10.10.1.0/24); give the address outside"}},
    {"outer_against_endpoint",
     {{kSiteB, kSiteB + "outer = \"6\"\n"}},
     {"m:23:9: error: outer contradicts the endpoint 192.0.2.2; leave it out"}},
    {"bandwidth_as_number",
     {{kLinkAb, kLinkAb + "bandwidth = 200\n"}},
     {"m:35:13: error: bandwidth must be a rate in quotes, like \"200M\", and is a whole number"}},
    {"wan_mtu_too_small",
     {{kSiteB, kSiteB + "wan_mtu = 600\n"}},
     {"m:23:11: error: wan_mtu is 600; write 680 to 65535"}},
    {"wan_mtu_below_ipv6",
     {{"lan_interface = \"br-lan\"\nendpoint = \"192.0.2.2:51820\"\n",
       "lan_interface = \"br-lan\"\nendpoint = \"[2001:db8::1]:51820\"\nwan_mtu = 1000\n"}},
     {"m:23:11: error: wan_mtu 1000 cannot work with IPv6 outside; it takes at least 1280"}},
    {"transit_as_string",
     {{kSiteB, kSiteB + "transit = \"no\"\n"}},
     {"m:23:11: error: transit must be true or false, and is a string; take the quotes away"}},
    {"repeated_name",
     {{"name = \"c\"", "name = \"b\""}},
     {"m:26:8: error: name \"b\" is taken by site \"b\" (line 17); give each site its own name"}},
    {"repeated_id",
     {{"id = 3", "id = 2"}},
     {"m:27:6: error: id 2 is taken by site \"b\" (line 18); 3 is free"}},
    {"repeated_asn",
     {{"asn = 65003", "asn = 65002"}},
     {"m:28:7: error: asn 65002 is taken by site \"b\" (line 19); 65003 is free"}},
    {"repeated_key",
     {{test::key_text(3), test::key_text(2)}},
     {"m:31:14: error: this public_key is taken by site \"b\" (line 23); each site has its own; `trimtab "
      "keygen` on that router makes one"}},
    {"repeated_endpoint",
     {{"\"192.0.2.2:51820\"", "\"192.0.2.1:51820\""}},
     {"m:22:12: error: endpoint 192.0.2.1 port 51820 is taken by site \"a\" (line 13); give each site its "
      "own address or port"}},
    {"repeated_lan",
     {{"10.10.3.0/24", "10.10.2.0/24"}},
     {"m:29:8: error: 10.10.2.0/24 stands in the lan of site \"b\" already (line 20); keep one"}},
    {"overlapping_lan",
     {{"10.10.3.0/24", "10.10.2.128/25"}},
     {"m:29:8: error: 10.10.2.128/25 overlaps 10.10.2.0/24 in the lan of site \"b\" (line 20); keep them "
      "apart"}},
    {"overlapping_lan_wider_later",
     {{"10.10.3.0/24", "10.10.2.0/23"}},
     {"m:29:8: error: 10.10.2.0/23 overlaps 10.10.2.0/24 in the lan of site \"b\" (line 20); keep them "
      "apart"}},
    {"host_bits",
     {{"10.10.3.0/24", "10.10.3.1/24"}},
     {"m:29:8: error: lan: 10.10.3.1/24 has host bits set; write 10.10.3.0/24"}},
    {"lan_outside_lans",
     {{"10.10.3.0/24", "10.11.3.0/24"}},
     {"m:29:8: error: 10.11.3.0/24 lies outside lans; add it to lans in [mesh] or choose another"}},
    {"lan_wider_than_lans",
     {{"lans = [\"10.10.0.0/16\"]", "lans = [\"10.10.0.0/23\", \"10.10.3.0/25\"]"}},
     {"m:20:8: error: 10.10.2.0/24 lies outside lans; add it to lans in [mesh] or choose another",
      "m:29:8: error: 10.10.3.0/24 lies outside lans; add it to lans in [mesh] or choose another"}},
    {"between_one",
     {{"between = [\"a\", \"b\"]", "between = [\"a\"]"}},
     {"m:34:11: error: between takes two sites; write between = [\"a\", \"b\"]"}},
    {"between_missing",
     {{kLinkAb, "mtu = 1300\n"}},
     {"m:33:1: error: [[link]] has no between; add a line like between = [\"a\", \"b\"]"}},
    {"unknown_site_close",
     {{"between = [\"a\", \"b\"]", "between = [\"a\", \"bb\"]"}},
     {"m:34:17: error: there is no site \"bb\"; did you mean \"b\"?"}},
    {"unknown_site_far",
     {{"between = [\"a\", \"b\"]", "between = [\"a\", \"office\"]"}},
     {"m:34:17: error: there is no site \"office\"; sites are a, b, c"}},
    {"link_to_itself",
     {{"between = [\"a\", \"b\"]", "between = [\"a\", \"a\"]"}},
     {"m:34:17: error: a link from a site to itself; name two sites"}},
    {"repeated_link",
     {{"between = [\"a\", \"c\"]\n", "between = [\"a\", \"c\"]\n\n[[link]]\nbetween = [\"b\", \"a\"]\n"}},
     {"m:40:17: error: link a-b is there already (line 33); keep one"}},
    {"nobody_can_be_called",
     {{"endpoint = \"192.0.2.1:51820\"\n", ""}},
     {"m:36:12: error: neither \"a\" nor \"c\" has an endpoint, so neither can call the other; give one of "
      "them an endpoint or take the link away"}},
    {"endpoint_of_nobody",
     {{"\"192.0.2.2:51820\"", "\"0.0.0.0:51820\""}},
     {"m:22:12: error: endpoint: nobody can be called at 0.0.0.0; write the address that the other sites "
      "see"}},
    {"endpoint_of_many",
     {{"\"192.0.2.2:51820\"", "\"[ff02::1]:51820\""}},
     {"m:22:12: error: endpoint: nobody can be called at ff02::1; write the address that the other sites "
      "see"}},
    {"endpoint_on_one_wire",
     {{"\"192.0.2.2:51820\"", "\"[fe80::1]:51820\""}},
     {"m:22:12: error: endpoint: nobody can be called at fe80::1; write the address that the other sites "
      "see"}},
    {"endpoint_on_one_wire_of_ipv4",
     {{"\"192.0.2.2:51820\"", "\"169.254.3.4:51820\""}},
     {"m:22:12: error: endpoint: nobody can be called at 169.254.3.4; write the address that the other sites "
      "see"}},
    {"endpoint_of_ipv4_in_ipv6",
     {{"\"192.0.2.2:51820\"", "\"[::ffff:192.0.2.1]:51820\""}},
     {"m:22:12: error: endpoint: nobody can be called at ::ffff:192.0.2.1; write the address that the other "
      "sites "
      "see"}},
    {"endpoint_without_brackets",
     {{"\"192.0.2.2:51820\"", "\"2001:db8::1:51820\""}},
     {"m:22:12: error: endpoint: \"2001:db8::1:51820\" does not say where the address ends and the port "
      "begins; put "
      "the IPv6 address in brackets, like \"[2001:db8::1]:51820\""}},
    {"endpoint_without_brackets_of_itself",
     {{"\"192.0.2.2:51820\"", "\"::1:51820\""}},
     {"m:22:12: error: endpoint: \"::1:51820\" does not say where the address ends and the port begins; put "
      "the IPv6 address in brackets, like \"[2001:db8::1]:51820\""}},
    {"endpoint_without_brackets_or_port",
     {{"\"192.0.2.2:51820\"", "\"2001:db8::1\""}},
     {"m:22:12: error: endpoint: \"2001:db8::1\" does not say where the address ends and the port begins; "
      "put "
      "the IPv6 address in brackets, like \"[2001:db8::1]:51820\""}},
    {"mtu_above_the_bound",
     {{kLinkAb, kLinkAb + "mtu = 1417\n"}},
     {"m:35:7: error: mtu 1417 does not pass site \"a\": 1500 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 "
      "(WireGuard) - 20 (IPv4 delivery header) - 4 (GRE) = 1416; write at most 1416"}},
    {"mtu_above_the_bound_of_pppoe",
     {{kLinkAb, kLinkAb + "mtu = 1409\n"}, {kSiteB, kSiteB + "wan_mtu = 1492\n"}},
     {"m:36:7: error: mtu 1409 does not pass site \"b\": 1492 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 "
      "(WireGuard) - 20 (IPv4 delivery header) - 4 (GRE) = 1408, less 8 for the padding that WireGuard at "
      "site \"a\" sends = 1400; write at most 1400"}},
    {"mtu_above_the_bound_over_ipv6",
     {{kLinkAb, kLinkAb + "mtu = 1397\n"}, {"\"192.0.2.2:51820\"", "\"[2001:db8::2]:51820\""}},
     {"m:35:7: error: mtu 1397 does not pass site \"a\": 1500 (WAN) - 40 (outer IPv6) - 8 (UDP) - 32 "
      "(WireGuard) - 20 (IPv4 delivery header) - 4 (GRE) = 1396; write at most 1396"}},
    {"mtu_that_no_host_takes",
     {{kLinkAb, kLinkAb + "mtu = 500\n"}},
     {"m:35:7: error: mtu is 500; write 576 to 65535"}},
    {"subnet_too_long",
     {{kLinkAb, kLinkAb + "subnet = \"172.31.12.0/29\"\n"}},
     {"m:35:10: error: subnet 172.31.12.0/29 must be a /30 or a /31"}},
    {"subnet_outside_links",
     {{kLinkAb, kLinkAb + "subnet = \"172.30.12.0/30\"\n"}},
     {"m:35:10: error: subnet 172.30.12.0/30 lies outside links (172.31.0.0/16); choose one inside"}},
    {"subnet_over_a_derived_one",
     {{kLinkAb, kLinkAb + "subnet = \"172.31.0.4/30\"\n"}},
     {"m:35:10: error: subnet 172.31.0.4/30 overlaps 172.31.0.4/30, which link a-c gets from its sites' ids; "
      "choose one further up in links"}},
    {"subnet_over_a_declared_one",
     {{kLinkAb, kLinkAb + "subnet = \"172.31.12.0/30\"\n"},
      {"between = [\"a\", \"c\"]\n", "between = [\"a\", \"c\"]\nsubnet = \"172.31.12.2/31\"\n"}},
     {"m:39:10: error: subnet 172.31.12.2/31 overlaps 172.31.12.0/30 of link a-b (line 35); choose another"}},
    {"bandwidth_without_unit_of_its_own",
     {{kLinkAb, kLinkAb + "bandwidth = \"200Mbit\"\n"}},
     {"m:35:13: error: bandwidth: \"200Mbit\" is not a rate; write bits per second with k, M or G, like "
      "\"200M\""}},
    {"bias_negative",
     {{kLinkAb, kLinkAb + "bias = \"-5ms\"\n"}},
     {"m:35:8: error: bias: \"-5ms\" is not a duration; write a number and ms, s, m or h, like \"15s\""}},
    {"budget",
     {{kLinkAb, kLinkAb + "budget = \"50\"\n"}},
     {"m:35:10: error: budget: \"50\" is not a number of bytes; write B, kB, MB or GB, like \"50MB\""}},
    {"bfd",
     {{kLinkAb, kLinkAb + "bfd = \"on\"\n"}},
     {"m:35:7: error: bfd is \"on\"; write \"fast\" or \"slow\" or \"off\""}},
    {"interface_name_too_long",
     {{"name = \"b\"", "name = \"headquarters\""}, {kLinkAb, "between = [\"a\", \"headquarters\"]\n"}},
     {"m:17:8: error: interface \"gre-headquarters\" has 16 characters and the kernel takes 15; shorten the "
      "name to 11, or give its links `interfaces`"}},
    {"interface_named_too_long",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"to-the-headquarters\" }\n"}},
     {"m:35:20: error: interface \"to-the-headquarters\" has 19 characters; the kernel takes 1 to 15"}},
    {"interface_of_a_third_site",
     {{kLinkAb, kLinkAb + "interfaces = { c = \"to-b\" }\n"}},
     {"m:35:16: error: \"c\" is not a site of this link; write \"a\" or \"b\""}},
    {"interface_twice",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"gre-c\" }\n"}},
     {"m:37:1: error: site \"a\" would have two interfaces \"gre-c\" (line 35); name them apart"}},
    {"interface_of_the_lan",
     {{kLinkAb, kLinkAb + "interfaces = { a = \"br-lan\" }\n"}},
     {"m:35:20: error: site \"a\" would have two interfaces \"br-lan\" (line 12); name them apart"}},
    {"interface_of_the_lan_like_a_derived_one",
     {{"lan_interface = \"br-lan\"", "lan_interface = \"gre-b\""}},
     {"m:33:1: error: site \"a\" would have two interfaces \"gre-b\" (line 12); name them apart"}},
    {"site_that_no_path_reaches",
     {{"between = [\"a\", \"c\"]\n", kLinkAb}, {kLinkAb + "\n[[link]]\n", ""}},
     {"m:25:1: warning: no path reaches site \"c\"; link it with a site that carries transit"}},
    {"site_behind_one_without_transit",
     {{"lan_interface = \"br-lan\"\nendpoint = \"192.0.2.1:51820\"\n",
       "lan_interface = \"br-lan\"\nendpoint = \"192.0.2.1:51820\"\ntransit = false\n"}},
     {"m:26:1: warning: no path reaches site \"c\"; link it with a site that carries transit"}},
    {"no_site_at_all",
     {{kAllSites, ""}},
     {"m:1:1: error: there is no [[site]]; `trimtab site add` writes one"}},
    {"empty_file",
     {{test::three_sites(), ""}},
     {"m:1:1: error: there is no [mesh]; `trimtab init` writes a file to start from"}},
    {"site_without_double_brackets",
     {{kAllSites, "[site]\nname = \"a\"\n"}},
     {"m:7:2: error: site is not a list of tables; head each one with [[site]]"}},
    {"mesh_as_a_value",
     {{test::mesh_table() + "\n", "mesh = 3\n"}},
     {"m:1:1: error: mesh is not a table; head it with [mesh]"}},
    {"key_twice",
     {{"asn = 65002\n", "asn = 65002\nasn = 65009\n"}},
     {"m:20:7: error: 'asn' is already there; keep one of the two"}},
    {"quotes_missing",
     {{"name = \"b\"\n", "name = b\n"}},
     {"m:17:8: error: b is no value; text stands in quotes"}},
    {"each_with_single_brackets",
     {{kMesh, kMesh + "[site]\nname = \"e\"\n[site]\n"}},
     {"m:8:1: error: 'site' stands under another head above; every site and link has [[ ]], all else [ ]"}},
    {"site_twice_but_not_headed",
     {{"[mesh]\n", "site = \"x\"\n[mesh]\n"}},
     {"m:8:1: error: 'site' is already there; keep one of the two"}},
    {"links_empty",
     {{"links = \"172.31.0.0/16\"\n", "links = []\n"}},
     {"m:4:9: error: links is empty; write something like links = \"172.31.0.0/16\""}},
    {"headed_in_two_ways",
     {{kMesh, kMesh + "[[site]]\nname = \"e\"\n[site]\n"}},
     {"m:8:1: error: 'site' stands under another head above; every site and link has [[ ]], all else [ ]"}},
    {"string_not_closed",
     {{"name = \"b\"\n", "name = \"b\n"}},
     {"m:17:8: error: a string that does not end on its line; close it with \""}},
    {"header_not_closed",
     {{"\n[[link]]\nbetween = [\"a\", \"b\"]\n", "\n[[link]\nbetween = [\"a\", \"b\"]\n"}},
     {"m:33:8: error: not TOML: table header: expected ']', saw '\\n'; strings stand in quotes, one key = "
      "value on a line"}},
    {"lone_bracket",
     {{kMesh, kMesh + "[\n"}},
     {"m:6:1: error: a table's header that is not complete; write [mesh], [tuning], [[site]] or [[link]]"}},
};

INSTANTIATE_TEST_SUITE_P(MeshFile, Mistaken, testing::ValuesIn(kCases),
                         [](const auto& tried) { return tried.param.name; });

}  // namespace
}  // namespace trimtab::mesh
