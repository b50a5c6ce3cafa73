#include "network/firewall.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "network/state.h"

namespace trimtab::network {
namespace {

// An IPv4 header and a TCP header without options: what an MSS leaves out of an MTU.
constexpr int kIpv4TcpHeaders = 40;

constexpr std::string_view kComment = "trimtab: replaced by up, removed by down";

std::vector<std::string> quoted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  for (std::string& name : names) name = fmt::format("\"{}\"", name);
  return names;
}

// IPv4 alone, sorted and without repetition: order in the mesh file must not show.
std::vector<std::string> texts(std::vector<Prefix> prefixes) {
  std::erase_if(prefixes, [](const Prefix& prefix) { return prefix.address.family != Family::ipv4; });
  std::sort(prefixes.begin(), prefixes.end());
  prefixes.erase(std::unique(prefixes.begin(), prefixes.end()), prefixes.end());
  std::vector<std::string> lines;
  for (const Prefix& prefix : prefixes) {
    lines.push_back(prefix.length == 32 ? prefix.address.text() : prefix.text());
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

std::string sets(const mesh::Mesh& mesh, mesh::SiteId self) {
  const std::vector<Prefix> subnets = link_subnets(mesh);
  std::vector<Prefix> sources = mesh.lans;
  sources.insert(sources.end(), subnets.begin(), subnets.end());
  sources.insert(sources.end(), mesh.overlay.begin(), mesh.overlay.end());
  constexpr std::string_view kPrefixes = "type ipv4_addr\n    flags interval";
  return set("links", "type ifname", own_links(mesh, self)) +    //
         set("sources", kPrefixes, texts(std::move(sources))) +  //
         set("overlay", kPrefixes, texts(mesh.overlay)) +        //
         set("lans", kPrefixes, texts(mesh.lans)) +              //
         set("own_lan", kPrefixes, texts(mesh.find_site(self)->lan));
}

// Towards a link the route's own MTU says how large a segment may be. From a link it says nothing, since the
// answers may take another way: there the MTU of the link that the SYN came by is the best guess.
std::string clamp_rules(const mesh::Mesh& mesh, mesh::SiteId self) {
  constexpr std::string_view kSyn = "tcp flags & (syn | rst) == syn tcp option maxseg size set";
  std::string rules = fmt::format("    oifname @links {} rt mtu\n", kSyn);
  std::map<int, std::vector<std::string>> by_mtu;
  for (const mesh::Link* link : mesh.links_of(self)) by_mtu[link->mtu].push_back(link->own(self).interface);
  for (auto& [mtu, names] : by_mtu) {
    rules += fmt::format("    iifname {{ {} }} {} {}\n", fmt::join(quoted(std::move(names)), ", "), kSyn,
                         mtu - kIpv4TcpHeaders);
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
      "    iifname != \"{0}\" ip protocol gre ip daddr @overlay drop\n"
      "    iifname @links meta nfproto ipv6 drop\n"
      "    iifname @links ip saddr != @sources drop\n"
      "    iifname @links ip daddr @lans ip daddr != @own_lan notrack\n"
      "  }}\n\n"
      "  # GRE leaves inside WireGuard or not at all, whatever the routing table says.\n"
      "  chain leaving {{\n"
      "    type filter hook postrouting priority filter; policy accept;\n"
      "    oifname != \"{0}\" ip protocol gre ip daddr @overlay drop\n"
      "  }}\n\n"
      "  # Segments that fit the links.\n"
      "  chain crossing {{\n"
      "    type filter hook forward priority mangle; policy accept;\n"
      "{1}"
      "  }}\n"
      "}}\n",
      kUnderlay, clamp_rules(mesh, self));
  return text;
}

bool is_own_table(std::string_view listing) {
  return listing.find(kComment) != std::string_view::npos;
}

}  // namespace trimtab::network
