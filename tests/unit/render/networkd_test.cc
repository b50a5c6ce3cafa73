// What systemd-networkd is told, against what is wanted: every interface, address, route and peer, and
// nothing else.
#include "render/networkd.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "mesh/public_key.h"
#include "support/mesh_builder.h"

namespace trimtab::render {
namespace {

using testing::UnorderedElementsAreArray;

// One [Section] of a unit file: its keys, each with every value that it was given.
using Section = std::map<std::string, std::vector<std::string>>;
using Sections = std::vector<std::pair<std::string, Section>>;

Sections parsed(const std::string& text) {
  Sections sections;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      sections.emplace_back(line.substr(1, line.size() - 2), Section{});
      continue;
    }
    const std::size_t equals = line.find('=');
    EXPECT_NE(equals, std::string::npos) << line;
    if (sections.empty() || equals == std::string::npos) continue;
    sections.back().second[line.substr(0, equals)].push_back(line.substr(equals + 1));
  }
  return sections;
}

std::vector<std::string> values(const Sections& sections, const std::string& section,
                                const std::string& key) {
  std::vector<std::string> found;
  for (const auto& [name, keys] : sections) {
    if (name != section) continue;
    if (const auto entry = keys.find(key); entry != keys.end())
      found.insert(found.end(), entry->second.begin(), entry->second.end());
  }
  return found;
}

std::string value(const Sections& sections, const std::string& section, const std::string& key) {
  const auto found = values(sections, section, key);
  return found.size() == 1 ? found.front() : testing::PrintToString(found);
}

std::string content(const std::vector<RenderedFile>& files, const std::string& name) {
  static const std::string nothing;
  for (const RenderedFile& file : files) {
    if (file.name == name) return file.content;
  }
  ADD_FAILURE() << "no file " << name;
  return nothing;
}

mesh::Mesh varied_mesh() {
  mesh::Mesh mesh = test::four_sites();
  test::site(mesh, test::kB).endpoint.reset();
  test::site(mesh, test::kC).endpoint = mesh::Endpoint{"c.example.net", 4500};
  test::site(mesh, test::kD).endpoint = mesh::Endpoint{"2001:db8::4", 51820};
  test::link(mesh, test::kB, test::kC).mtu = 1280;
  return mesh;
}

void expect_interface(const network::Interface& interface, const network::WantedState& state,
                      const std::vector<RenderedFile>& files) {
  SCOPED_TRACE(interface.name);
  const std::string stem = std::string(kNetworkdOwn) + interface.name;
  const Sections netdev = parsed(content(files, stem + ".netdev"));
  EXPECT_EQ(value(netdev, "NetDev", "Name"), interface.name);
  EXPECT_EQ(value(netdev, "NetDev", "Kind"), interface.kind);
  EXPECT_EQ(value(netdev, "NetDev", "MTUBytes"), std::to_string(interface.mtu));
  if (interface.gre) {
    EXPECT_EQ(value(netdev, "Tunnel", "Local"), interface.gre->local.text());
    EXPECT_EQ(value(netdev, "Tunnel", "Remote"), interface.gre->remote.text());
    EXPECT_EQ(value(netdev, "Tunnel", "TTL"), "255");
    EXPECT_EQ(value(netdev, "Tunnel", "Independent"), "yes");
  }
  const Sections network = parsed(content(files, stem + ".network"));
  EXPECT_EQ(value(network, "Match", "Name"), interface.name);
  EXPECT_EQ(value(network, "Link", "Group"), std::to_string(network::kInterfaceGroup));
  std::vector<std::string> addresses, routes;
  for (const auto& address : state.addresses) {
    if (address.interface == interface.name) addresses.push_back(address.prefix.text());
  }
  for (const auto& route : state.routes) {
    if (route.interface == interface.name) routes.push_back(route.to.text());
  }
  EXPECT_THAT(values(network, "Address", "Address"), UnorderedElementsAreArray(addresses));
  EXPECT_THAT(values(network, "Route", "Destination"), UnorderedElementsAreArray(routes));
}

TEST(Networkd, IsToldEveryInterfaceAddressAndRoute) {
  const mesh::Mesh mesh = varied_mesh();
  for (const mesh::Site& site : mesh.sites) {
    SCOPED_TRACE(site.name);
    const auto state = network::wanted(mesh, site.id, {}, {});
    const auto files = networkd(mesh, site.id, {});
    for (const auto& interface : state.interfaces) expect_interface(interface, state, files);
    std::size_t of_interfaces = 0;
    for (const RenderedFile& file : files) of_interfaces += file.name.starts_with(kNetworkdOwn) ? 1 : 0;
    EXPECT_EQ(of_interfaces, 2 * state.interfaces.size());
  }
}

TEST(Networkd, IsToldEveryPeer) {
  const mesh::Mesh mesh = varied_mesh();
  const auto state = network::wanted(mesh, test::kB, {}, {});
  const Sections netdev =
      parsed(content(networkd(mesh, test::kB, {}), std::string(kNetworkdOwn) + "wg0.netdev"));
  std::vector<std::string> keys, allowed;
  for (const auto& peer : state.wireguard.front().peers) {
    keys.push_back(mesh::format_public_key(peer.key));
    for (const Prefix& prefix : peer.allowed) allowed.push_back(prefix.text());
  }
  EXPECT_THAT(values(netdev, "WireGuardPeer", "PublicKey"), testing::ElementsAreArray(keys));
  EXPECT_THAT(values(netdev, "WireGuardPeer", "AllowedIPs"), testing::ElementsAreArray(allowed));
  EXPECT_THAT(values(netdev, "WireGuardPeer", "Endpoint"),
              testing::ElementsAre("198.51.100.1:51820", "c.example.net:4500", "[2001:db8::4]:51820"));
  EXPECT_THAT(values(netdev, "WireGuardPeer", "PersistentKeepalive"), testing::ElementsAre("25", "25", "25"));
  EXPECT_THAT(values(netdev, "WireGuard", "ListenPort"), testing::IsEmpty()) << "nobody calls it";
  EXPECT_EQ(value(netdev, "WireGuard", "PrivateKeyFile"), "/etc/trimtab/networkd.key");
}

TEST(Networkd, LeavesBirdsRoutesAlone) {
  const Sections settings =
      parsed(content(networkd(varied_mesh(), test::kA, {}), "etc/systemd/networkd.conf.d/trimtab.conf"));
  EXPECT_EQ(value(settings, "Network", "ManageForeignRoutes"), "no");
  EXPECT_EQ(value(settings, "Network", "ManageForeignRoutingPolicyRules"), "no");
}

TEST(Networkd, TurnsTheReversePathFilterOffOnEveryLink) {
  const auto state = network::wanted(varied_mesh(), test::kB, {}, {});
  const auto files = networkd(varied_mesh(), test::kB, {});
  const std::string& settings = content(files, "etc/sysctl.d/90-trimtab.conf");
  for (const std::string& link : state.link_interfaces)
    EXPECT_NE(settings.find("-net/ipv4/conf/" + link + "/rp_filter = 0\n"), std::string::npos) << link;
}

// As systemd-tmpfiles reads it.
TEST(Networkd, LaysTheNeutralMetricsFileAtBoot) {
  const mesh::Mesh mesh = varied_mesh();
  const std::string& line = content(networkd(mesh, test::kA, {}), "etc/tmpfiles.d/trimtab-metrics.conf");
  const std::string begin = "\nf /run/trimtab/metrics.conf 0644 trimtab trimtab - ";
  const std::size_t at = line.find(begin);
  ASSERT_NE(at, std::string::npos) << line;
  std::string unescaped = line.substr(at + begin.size());
  EXPECT_EQ(unescaped.back(), '\n');
  unescaped.pop_back();
  for (std::size_t escape; (escape = unescaped.find("\\n")) != std::string::npos;)
    unescaped.replace(escape, 2, "\n");
  EXPECT_EQ(unescaped, neutral_metrics(mesh, test::kA));
}

TEST(Networkd, HoldsNoPrivateKeyAndNamesItselfEverywhere) {
  for (const RenderedFile& file : networkd(varied_mesh(), test::kA, {})) {
    EXPECT_EQ(file.content.find("PrivateKey="), std::string::npos) << file.name;
    EXPECT_NE(file.content.substr(0, file.content.find('\n')).find("trimtab"), std::string::npos)
        << file.name;
  }
}

TEST(Networkd, GivesTheRoutersOwnPacketsItsLanAddress) {
  Router router;
  router.local.lan_addresses = {*parse_prefix("10.10.1.1/24")};
  const auto& bird = content(networkd(varied_mesh(), test::kA, router), "etc/trimtab/bird.conf");
  EXPECT_NE(bird.find("krt_prefsrc = 10.10.1.1"), std::string::npos);
}

// With forwarding the kernel stops to heed them; which interface needs them nobody knows here.
TEST(Networkd, SaysWhatForwardingMeansForRouterAdvertisements) {
  const auto settings = [](const mesh::Mesh& mesh) {
    return content(networkd(mesh, test::kA, {}), "etc/sysctl.d/90-trimtab.conf");
  };
  const std::string both = settings(test::with_ipv6(test::four_sites()));
  EXPECT_NE(both.find("net.ipv6.conf.all.forwarding = 1\n"), std::string::npos);
  EXPECT_NE(both.find("#   net/ipv6/conf/WAN/accept_ra = 2\n"), std::string::npos);
  EXPECT_EQ(settings(test::four_sites()).find("ipv6"), std::string::npos);
}

TEST(Networkd, ListsWhatAnotherConfigDirectoryHas) {
  Router router{.config_dir = "/srv/mesh", .run_dir = "/srv/run"};
  const auto files = networkd(varied_mesh(), test::kA, router);
  EXPECT_NE(content(files, "etc/systemd/system/trimtab-nft.service").find("nft -f /srv/mesh/trimtab.nft"),
            std::string::npos);
  EXPECT_FALSE(content(files, "srv/mesh/origins.conf").empty());
  EXPECT_NE(content(files, "srv/mesh/bird.conf").find("\"/srv/run/metrics.conf\""), std::string::npos);
}

}  // namespace
}  // namespace trimtab::render
