#include "network/firewall.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>

#include "network/state.h"

namespace trimtab::network {
namespace {

// How nft words the same for each family.
struct Words {
  Family family;
  const char* suffix;    // of a set's name
  const char* address;   // the type of a set's elements
  const char* header;    // before saddr, daddr
  const char* protocol;  // what "is GRE" reads as; IPv6 may have extension headers before it
  const char* nfproto;
  int tcp_headers;  // of IP and of TCP without options: what an MSS leaves out of an MTU
};
constexpr std::array<Words, 2> kFamilies{
    {{Family::ipv4, "", "ipv4_addr", "ip", "ip protocol gre", "ipv4", 20 + 20},
     {Family::ipv6, "6", "ipv6_addr", "ip6", "meta l4proto gre", "ipv6", 40 + 20}}};

constexpr std::string_view kComment = "trimtab: replaced by up, removed by down";

std::vector<std::string> quoted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  for (std::string& name : names) name = fmt::format("\"{}\"", name);
  return names;
}

// Of one family, sorted and without repetition: order in the mesh file must not show.
std::vector<std::string> texts(const std::vector<Prefix>& all, Family family) {
  std::vector<Prefix> prefixes = of_family(all, family);
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  std::vector<std::string> lines;
  for (const Prefix& prefix : prefixes) {
    lines.push_back(prefix.length == address_bits(family) ? prefix.address.text() : prefix.text());
  }
  return lines;
}

std::string set(std::string_view name, std::string_view type, const std::vector<std::string>& elements) {
  if (elements.empty()) return fmt::format("  set {} {{\n    {}\n  }}\n\n", name, type);
  return fmt::format("  set {} {{\n    {}\n    elements = {{ {} }}\n  }}\n\n", name, type,
                     fmt::join(elements, ", "));
}

// What a link subnet outside `links` (given in the file) adds to the pool.
std::vector<Prefix> link_subnets(const mesh::Mesh& mesh) {
  std::vector<Prefix> subnets = mesh.link_pool;
  for (const mesh::Link& link : mesh.links) {
    for (const Prefix& subnet : link.subnet) {
      const bool inside = std::any_of(mesh.link_pool.begin(), mesh.link_pool.end(),
                                      [&](const Prefix& pool) { return pool.contains(subnet); });
      if (!inside) subnets.push_back(subnet);
    }
  }
  return subnets;
}

std::vector<std::string> own_links(const mesh::Mesh& mesh, mesh::SiteId self) {
  std::vector<std::string> names;
  for (const mesh::Link* link : mesh.links_of(self)) names.push_back(link->own(self).interface);
  return quoted(std::move(names));
}

// Whether GRE to an overlay address of this family has to be kept inside WireGuard.
bool guards_gre(const mesh::Mesh& mesh, Family family) {
  return mesh.encapsulation == mesh::Encapsulation::gre && first_of_family(mesh.overlay, family) != nullptr;
}

std::string sets_of(const mesh::Mesh& mesh, mesh::SiteId self, const Words& words) {
  const auto named = [&](const char* name, const std::vector<Prefix>& prefixes) {
    return set(fmt::format("{}{}", name, words.suffix),
               fmt::format("type {}\n    flags interval", words.address), texts(prefixes, words.family));
  };
  const bool routes = mesh.routes(words.family);
  std::vector<Prefix> sources = mesh.lans;
  for (const auto& more : {link_subnets(mesh), mesh.overlay})
    sources.insert(sources.end(), more.begin(), more.end());
  std::string text;
  if (routes) text += named("sources", sources);
  if (guards_gre(mesh, words.family)) text += named("overlay", mesh.overlay);
  if (routes) text += named("lans", mesh.lans) + named("own_lan", mesh.find_site(self)->lan);
  return text;
}

std::string sets(const mesh::Mesh& mesh, mesh::SiteId self) {
  std::string text = set("links", "type ifname", own_links(mesh, self));
  for (const Words& words : kFamilies) text += sets_of(mesh, self, words);
  return text;
}

// `side`: "iifname" or "oifname".
std::string gre_guards(const mesh::Mesh& mesh, std::string_view side) {
  std::string rules;
  for (const Words& words : kFamilies) {
    if (!guards_gre(mesh, words.family)) continue;
    rules += fmt::format("    {} != \"{}\" {} {} daddr @overlay{} drop\n", side, kUnderlay, words.protocol,
                         words.header, words.suffix);
  }
  return rules;
}

// What comes in on a link: nothing of a family that links do not carry, nothing from outside the mesh (nor
// from link-local addresses, so no router advertisement).
std::string arriving_rules(const mesh::Mesh& mesh) {
  std::string rules = gre_guards(mesh, "iifname");
  for (const Words& words : kFamilies) {
    if (!mesh.routes(words.family))
      rules += fmt::format("    iifname @links meta nfproto {} drop\n", words.nfproto);
  }
  for (const Words& words : kFamilies) {
    if (!mesh.routes(words.family)) continue;
    rules += fmt::format(
        "    iifname @links {0} saddr != @sources{1} drop\n"
        "    iifname @links {0} daddr @lans{1} {0} daddr != @own_lan{1} notrack\n",
        words.header, words.suffix);
  }
  return rules;
}

std::string leaving_chain(const mesh::Mesh& mesh) {
  if (mesh.encapsulation == mesh::Encapsulation::none) return {};
  return fmt::format(
      "  # GRE leaves inside WireGuard or not at all, whatever the routing table says.\n"
      "  chain leaving {{\n"
      "    type filter hook postrouting priority filter; policy accept;\n"
      "{}"
      "  }}\n\n",
      gre_guards(mesh, "oifname"));
}

// Towards a link the route's own MTU says how large a segment may be. From a link it says nothing, since the
// answers may take another way: there the MTU of the link that the SYN came by is the best guess.
std::string clamp_rules(const mesh::Mesh& mesh, mesh::SiteId self) {
  constexpr std::string_view kSyn = "tcp flags & (syn | rst) == syn tcp option maxseg size set";
  std::string rules = fmt::format("    oifname @links {} rt mtu\n", kSyn);
  std::map<int, std::vector<std::string>> by_mtu;
  for (const mesh::Link* link : mesh.links_of(self)) by_mtu[link->mtu].push_back(link->own(self).interface);
  for (auto& [mtu, names] : by_mtu) {
    const std::string interfaces = fmt::format("{}", fmt::join(quoted(std::move(names)), ", "));
    for (const Words& words : kFamilies) {
      if (!mesh.routes(words.family)) continue;
      // Where links carry one family only, what is not of it was dropped before.
      const std::string only =
          mesh.link_pool.size() > 1 ? fmt::format("meta nfproto {} ", words.nfproto) : std::string();
      rules += fmt::format("    iifname {{ {} }} {}{} {}\n", interfaces, only, kSyn, mtu - words.tcp_headers);
    }
  }
  return rules;
}

}  // namespace

std::string firewall_table(const mesh::Mesh& mesh, mesh::SiteId self) {
  const std::string name = fmt::format("table {} {}", kTableFamily, kTableName);
  // An empty table first, so that the delete never fails; all of it is one transaction.
  std::string text = fmt::format("{0}\ndelete {0}\n{0} {{\n  comment \"{1}\"\n\n", name, kComment);
  text += sets(mesh, self);
  text += fmt::format(
      "  # Before connection tracking: what may not come in, and what another site's packets need not.\n"
      "  chain arriving {{\n"
      "    type filter hook prerouting priority raw; policy accept;\n"
      "{}"
      "  }}\n\n"
      "{}"
      "  # Segments that fit the links.\n"
      "  chain crossing {{\n"
      "    type filter hook forward priority mangle; policy accept;\n"
      "{}"
      "  }}\n"
      "}}\n",
      arriving_rules(mesh), leaving_chain(mesh), clamp_rules(mesh, self));
  return text;
}

bool is_own_table(std::string_view listing) {
  return listing.find(kComment) != std::string_view::npos;
}

}  // namespace trimtab::network
