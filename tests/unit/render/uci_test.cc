// What OpenWrt is told, read by a strict reader of `uci batch` and held against what is wanted.
#include "render/uci.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <sstream>

#include "mesh/public_key.h"
#include "render/files.h"
#include "render/uci_text.h"
#include "support/mesh_builder.h"

namespace trimtab::render {
namespace {

using Values = std::vector<std::string>;

struct UciSection {
  std::string type;
  std::map<std::string, Values> options;
};
using Config = std::map<std::string, UciSection>;  // "network.wg0" -> its options

// 'it'\''s' -> it's; nothing outside of quotes but an escaped quote.
std::optional<std::string> unquoted(const std::string& text) {
  std::string value;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') {
      inside = !inside;
    } else if (inside) {
      value += text[i];
    } else if (text.compare(i, 2, "\\'") == 0) {
      value += '\'';
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return inside ? std::nullopt : std::optional(value);
}

void read_line(const std::string& line, Config& config) {
  std::istringstream words(line);
  std::string verb, rest;
  words >> verb >> std::ws;
  std::getline(words, rest);
  const std::size_t equals = rest.find('=');
  ASSERT_TRUE((verb == "set" || verb == "add_list") && equals != std::string::npos) << line;
  const std::string path = rest.substr(0, equals), value = rest.substr(equals + 1);
  const std::size_t first = path.find('.'), second = path.find('.', first + 1);
  ASSERT_NE(first, std::string::npos) << line;
  EXPECT_TRUE(is_uci_name(path.substr(first + 1, second - first - 1))) << line;
  if (second == std::string::npos) {
    EXPECT_TRUE(verb == "set" && is_uci_name(value)) << line;
    EXPECT_TRUE(config.emplace(path, UciSection{.type = value, .options = {}}).second) << "twice: " << line;
    return;
  }
  const auto section = config.find(path.substr(0, second));
  ASSERT_NE(section, config.end()) << "an option before its section: " << line;
  const std::string option = path.substr(second + 1);
  EXPECT_TRUE(is_uci_name(option)) << line;
  const auto plain = unquoted(value);
  ASSERT_TRUE(plain) << line;
  Values& values = section->second.options[option];
  EXPECT_TRUE(verb == "add_list" || values.empty()) << "twice: " << line;
  values.push_back(*plain);
}

Config read_batch(const std::string& text) {
  Config config;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') read_line(line, config);
  }
  return config;
}

std::string content(const std::vector<RenderedFile>& files, const std::string& name) {
  for (const RenderedFile& file : files) {
    if (file.name == name) return file.content;
  }
  ADD_FAILURE() << "no file " << name;
  return {};
}

// Every link's own end is called as netifd would call it.
mesh::Mesh openwrt_mesh() {
  mesh::Mesh mesh = test::four_sites();
  for (mesh::Link& link : mesh.links) {
    for (mesh::LinkEnd& end : link.ends) end.interface.replace(0, 4, "gre4-");
  }
  test::site(mesh, test::kC).endpoint = mesh::Endpoint{"c.example.net", 4500};
  test::site(mesh, test::kD).endpoint.reset();
  return mesh;
}

std::vector<RenderedFile> rendered(const mesh::Mesh& mesh, mesh::SiteId site) {
  const auto files = uci(mesh, site, {});
  EXPECT_TRUE(files) << files.error().what;
  return files ? *files : std::vector<RenderedFile>{};
}

Config sections(const mesh::Mesh& mesh, mesh::SiteId site) {
  return read_batch(content(rendered(mesh, site), "etc/trimtab/uci.batch"));
}

Values option(const Config& config, const std::string& section, const std::string& name) {
  const auto found = config.find(section);
  if (found == config.end()) return {"no section " + section};
  const auto values = found->second.options.find(name);
  return values == found->second.options.end() ? Values{} : values->second;
}

Values prefixes_of(const network::WantedState& state, const std::string& interface) {
  Values texts;
  for (const auto& address : state.addresses) {
    if (address.interface == interface) texts.push_back(address.prefix.text());
  }
  return texts;
}

TEST(Uci, IsToldTheUnderlayAndItsPeers) {
  const mesh::Mesh mesh = openwrt_mesh();
  const auto state = network::wanted(mesh, test::kB, {}, {});
  const Config config = sections(mesh, test::kB);
  EXPECT_EQ(option(config, "network.wg0", "proto"), Values{"wireguard"});
  EXPECT_EQ(option(config, "network.wg0", "listen_port"),
            Values{std::to_string(*state.wireguard.front().port)});
  EXPECT_EQ(option(config, "network.wg0", "mtu"), Values{std::to_string(state.interfaces.front().mtu)});
  EXPECT_EQ(option(config, "network.wg0", "addresses"), prefixes_of(state, "wg0"));
  for (const auto& peer : state.wireguard.front().peers) {
    const std::string section = "network.trimtab_peer_" + peer.name;
    EXPECT_EQ(config.at(section).type, "wireguard_wg0");
    EXPECT_EQ(option(config, section, "public_key"), Values{mesh::format_public_key(peer.key)});
    Values allowed;
    for (const Prefix& prefix : peer.allowed) allowed.push_back(prefix.text());
    EXPECT_EQ(option(config, section, "allowed_ips"), allowed);
  }
  EXPECT_EQ(option(config, "network.trimtab_peer_c", "endpoint_host"), Values{"c.example.net"});
  EXPECT_EQ(option(config, "network.trimtab_peer_c", "endpoint_port"), Values{"4500"});
  EXPECT_EQ(option(config, "network.trimtab_peer_d", "endpoint_host"), Values{}) << "it calls here";
  EXPECT_EQ(option(config, "network.trimtab_peer_d", "persistent_keepalive"), Values{"25"});
}

TEST(Uci, IsToldEveryLinkAddressAndRoute) {
  const mesh::Mesh mesh = openwrt_mesh();
  for (const mesh::Site& site : mesh.sites) {
    SCOPED_TRACE(site.name);
    const auto state = network::wanted(mesh, site.id, {}, {});
    const Config config = sections(mesh, site.id);
    for (const auto& interface : state.interfaces) {
      if (!interface.gre) continue;
      const std::string name = interface.name.substr(5);
      EXPECT_EQ(option(config, "network." + name, "proto"), Values{"gre"});
      EXPECT_EQ(option(config, "network." + name, "ipaddr"), Values{interface.gre->local.text()});
      EXPECT_EQ(option(config, "network." + name, "peeraddr"), Values{interface.gre->remote.text()});
      EXPECT_EQ(option(config, "network." + name, "mtu"), Values{std::to_string(interface.mtu)});
      EXPECT_EQ(option(config, "network." + name, "ttl"), Values{"255"});
      EXPECT_EQ(option(config, "network.trimtab_link_" + name, "device"), Values{"@" + name});
      EXPECT_EQ(option(config, "network.trimtab_link_" + name, "ipaddr"), prefixes_of(state, interface.name));
    }
    Values routes, wanted;
    for (const auto& [name, section] : config) {
      if (section.type == "route") routes.push_back(section.options.at("target").front());
    }
    for (const auto& route : state.routes) wanted.push_back(route.to.text());
    EXPECT_THAT(routes, testing::UnorderedElementsAreArray(wanted));
  }
}

// Protocol and port that each zone lets in.
std::vector<std::string> openings(const Config& config) {
  std::vector<std::string> found;
  for (const auto& [name, section] : config) {
    if (section.type != "rule") continue;
    std::string text = section.options.at("src").front() + " " + section.options.at("proto").front();
    if (section.options.contains("dest_port")) text += " " + section.options.at("dest_port").front();
    found.push_back(text);
    EXPECT_EQ(section.options.at("target"), Values{"ACCEPT"});
  }
  return found;
}

TEST(Uci, OpensTheFirewallForTheMeshAndNothingElse) {
  const Config config = sections(openwrt_mesh(), test::kB);
  EXPECT_THAT(openings(config),
              testing::UnorderedElementsAre("wan udp 51820", "tt_underlay gre", "tt_mesh tcp 179",
                                            "tt_mesh udp 3784", "tt_mesh icmp"));
  EXPECT_EQ(option(config, "firewall.trimtab_mesh", "network"), (Values{"a", "c", "d"}));
  EXPECT_EQ(option(config, "firewall.trimtab_underlay", "network"), Values{"wg0"});
  for (const char* zone : {"firewall.trimtab_mesh", "firewall.trimtab_underlay"})
    EXPECT_EQ(option(config, zone, "input"), Values{"REJECT"});
  EXPECT_EQ(option(config, "firewall.trimtab_out", "dest"), Values{"tt_mesh"});
  EXPECT_EQ(option(config, "firewall.trimtab_in", "src"), Values{"tt_mesh"});
  EXPECT_EQ(option(config, "firewall.trimtab_table", "path"), Values{"/etc/trimtab/trimtab.nft"});
}

TEST(Uci, ASiteThatNobodyCallsOpensNothingOutside) {
  EXPECT_THAT(openings(sections(openwrt_mesh(), test::kD)), testing::Not(testing::Contains("wan udp 51820")));
}

TEST(Uci, OnlyASiteWithTransitForwardsFromLinkToLink) {
  mesh::Mesh mesh = openwrt_mesh();
  EXPECT_EQ(option(sections(mesh, test::kB), "firewall.trimtab_mesh", "forward"), Values{"ACCEPT"});
  test::site(mesh, test::kB).transit = false;
  EXPECT_EQ(option(sections(mesh, test::kB), "firewall.trimtab_mesh", "forward"), Values{"REJECT"});
}

// What a later run takes away: by its name, or by its mark.
TEST(Uci, EverySectionCanBeFoundAgain) {
  for (const auto& [name, section] : sections(openwrt_mesh(), test::kA)) {
    const std::string own = name.substr(name.find('.') + 1);
    EXPECT_TRUE(own.starts_with("trimtab_") || section.options.contains("trimtab")) << name;
  }
}

TEST(Uci, RefusesAnInterfaceThatNetifdWouldCallOtherwise) {
  const auto refused = uci(test::four_sites(), test::kA, {});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, testing::HasSubstr("gre-b"));
  EXPECT_THAT(refused.error().fix, testing::HasSubstr("interfaces = { a = \"gre4-NAME\" }"));
  mesh::Mesh hyphen = openwrt_mesh();
  test::link(hyphen, test::kA, test::kB).ends[0].interface = "gre4-my-b";
  EXPECT_FALSE(uci(hyphen, test::kA, {}));
}

// apply-uci hands it to WireGuard, because netifd does not hand on every change of its sections.
TEST(Uci, ThePeersAreInWireGuardsOwnWordsToo) {
  const mesh::Mesh mesh = openwrt_mesh();
  for (const mesh::Site& site : mesh.sites)
    EXPECT_EQ(content(rendered(mesh, site.id), "etc/trimtab/wg0.conf"),
              content(files(mesh, site.id, {}), "wg0.conf"));
}

// procd tells a daemon to reload only when something that it was started with is another.
TEST(Uci, TheDaemonIsToldOfAnotherMeshFile) {
  EXPECT_THAT(content(rendered(openwrt_mesh(), test::kA), "etc/init.d/trimtab"),
              testing::HasSubstr("procd_set_param file /etc/trimtab/mesh.toml\n"));
}

TEST(Uci, HoldsNoSecretAndItsScriptsMayBeRun) {
  for (const RenderedFile& file : rendered(openwrt_mesh(), test::kA)) {
    if (file.name != "etc/trimtab/apply-uci") {
      EXPECT_EQ(file.content.find("private_key"), std::string::npos) << file.name;
      EXPECT_EQ(file.content.find("PrivateKey"), std::string::npos) << file.name;
    }
    EXPECT_EQ(file.mode, file.content.starts_with("#!") ? 0755U : 0644U) << file.name;
  }
}

TEST(UciText, QuotesWhatAShellWouldTakeApart) {
  UciText uci;
  uci.section("network", "x", "interface");
  uci.option("description", "it's $HOME; \"quoted\" \\");
  EXPECT_EQ(uci.text(),
            "\nset network.x=interface\nset network.x.description='it'\\''s $HOME; \"quoted\" \\'\n");
  EXPECT_EQ(option(read_batch(uci.text()), "network.x", "description"), Values{"it's $HOME; \"quoted\" \\"});
}

}  // namespace
}  // namespace trimtab::render
