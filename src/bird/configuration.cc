#include "bird/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "bird/filters.h"
#include "util/check.h"

namespace trimtab::bird {
namespace {

// A peer that is not of our kind, or gone wrong, must not fill the memory of a small router. One number for
// every session: the largest mesh has a few hundred LANs.
constexpr int kReceiveLimit = 10'000;

constexpr std::string_view kSessionPrefix = "site_";

std::string quoted_include(std::string_view path) {
  return fmt::format("include \"{}\";\n", path);
}

// BIRD's word for a family: of a channel, and of a table.
const char* channel_of(Family family) {
  return family == Family::ipv4 ? "ipv4" : "ipv6";
}

// What tells IPv6's things from IPv4's, which have no such mark.
const char* suffix_of(Family family) {
  return family == Family::ipv4 ? "" : "6";
}

// IPv4 first; of a mesh whose links carry both, each protocol has both.
std::vector<Family> families_of(const mesh::Mesh& mesh) {
  std::vector<Family> families;
  for (const Prefix& pool : mesh.link_pool) families.push_back(pool.address.family);
  return families;
}

std::string router_id(const mesh::Site& site) {
  const IpAddress* overlay = of_family(site.overlay, Family::ipv4);
  return overlay == nullptr ? IpAddress::ipv4(site.id).text() : overlay->text();
}

std::string head(const mesh::Mesh& mesh, const mesh::Site& self, const Paths& paths, bool included) {
  const std::string own =
      included ? "# For another BIRD to include: router id, log, device and kernel protocol are its own.\n"
               : fmt::format("log stderr all;\nrouter id {};\n", router_id(self));
  return fmt::format(
      R"(# BIRD of site {} in mesh "{}". Written by trimtab; the next `trimtab up` overwrites changes.

{}
{}{}
# The last word of the metrics file: a truncated one does not parse, and what was in force stays.
define METRICS_ARE_WHOLE = METRICS_COMPLETE;
)",
      self.name, mesh.name, own, quoted_include(paths.origins), quoted_include(paths.metrics));
}

// ---- Our own LANs

struct OwnLan {
  Prefix prefix;
  // The connected subnet that has the address inside the LAN, where that is not the LAN itself.
  std::optional<Prefix> subnet;
};

std::optional<Prefix> subnet_inside(const Prefix& lan, const Local& local) {
  std::optional<Prefix> other;
  for (const Prefix& address : local.lan_addresses) {
    if (!lan.contains(address.address)) continue;
    const Prefix subnet{address.network(), address.length};
    if (subnet == lan) return std::nullopt;
    if (!other) other = subnet;
  }
  return other;
}

std::vector<OwnLan> own_lans(const mesh::Site& self, const Local& local, Family family) {
  std::vector<OwnLan> lans;
  for (const Prefix& prefix : of_family(self.lan, family))
    lans.push_back({prefix, subnet_inside(prefix, local)});
  return lans;
}

std::string prefix_set(const std::vector<OwnLan>& lans) {
  std::string set;
  for (const OwnLan& lan : lans) set += (set.empty() ? "" : ", ") + lan.prefix.text();
  return set;
}

// A LAN whose interface has another prefix length than the mesh file says: the LAN stands while the subnet
// does. BIRD wants a next hop that is not the router itself; the subnet's own address is nobody's.
std::string lans_by_subnet(const std::vector<OwnLan>& lans, const std::string& interface, Family family) {
  std::string routes;
  std::string subnets;
  for (const OwnLan& lan : lans) {
    if (!lan.subnet) continue;
    fmt::format_to(std::back_inserter(routes), "  route {} recursive {};\n", lan.prefix.text(),
                   lan.subnet->address.text());
    subnets += (subnets.empty() ? "" : ", ") + lan.subnet->text();
  }
  if (routes.empty()) return {};
  return fmt::format(R"(
{0} table mesh_subnets{1};

protocol direct mesh_lan_subnet{1} {{
  interface "{2}";
  {0} {{ table mesh_subnets{1}; import where net ~ [ {3} ]; }};
}}

protocol static mesh_lan_static{1} {{
  igp table mesh_subnets{1};
  {0};
{4}}}
)",
                     channel_of(family), suffix_of(family), interface, subnets, routes);
}

std::string lan_protocols(const mesh::Mesh& mesh, const mesh::Site& self, const Local& local) {
  std::string channels, by_subnet;
  for (const Family family : families_of(mesh)) {
    const std::vector<OwnLan> lans = own_lans(self, local, family);
    if (lans.empty()) continue;
    fmt::format_to(std::back_inserter(channels), "  {} {{ import where net ~ [ {} ]; }};\n",
                   channel_of(family), prefix_set(lans));
    by_subnet += lans_by_subnet(lans, self.lan_interface, family);
  }
  if (channels.empty()) return {};
  return fmt::format(R"(
# Exactly the LANs of the mesh file, while the interface has an address there; with or without carrier.
protocol direct mesh_lan {{
  interface "{}";
{}}}
)",
                     self.lan_interface, channels) +
         by_subnet;
}

// ---- The kernel

std::string kernel_protocol(const mesh::Site& self, const Local& local, Family family) {
  const std::optional<IpAddress> source = lan_address(self, local, family);
  const std::string source_line =
      source ? fmt::format(
                   "      # The router's own packets: a link address is nobody's to route back to.\n"
                   "      krt_prefsrc = {};\n",
                   source->text())
             : std::string{};
  return fmt::format(R"(
protocol kernel mesh_kernel{} {{
  {} {{
    import none;
    export filter {{
      if source != RTS_BGP then reject;
{}      accept;
    }};
  }};
}}
)",
                     suffix_of(family), channel_of(family), source_line);
}

std::string kernel_protocols(const mesh::Mesh& mesh, const mesh::Site& self, const Local& local) {
  std::string text = "\nprotocol device mesh_device {\n}\n";
  for (const Family family : families_of(mesh)) text += kernel_protocol(self, local, family);
  return text;
}

// ---- Sessions

std::string_view bfd_timing(mesh::Bfd bfd) {
  // ×5 because three lost packets in a row are common on a lossy link; slow, because ten packets a second are
  // over 100 MB a day and direction.
  return bfd == mesh::Bfd::fast ? "interval 100 ms; multiplier 5;" : "interval 1 s; multiplier 3;";
}

std::string bfd_protocol(const std::vector<const mesh::Link*>& links, mesh::SiteId self) {
  std::string interfaces;
  for (const mesh::Link* link : links) {
    if (link->bfd == mesh::Bfd::off) continue;
    fmt::format_to(std::back_inserter(interfaces), "  interface \"{}\" {{ {} }};\n",
                   link->own(self).interface, bfd_timing(link->bfd));
  }
  if (interfaces.empty()) return {};
  return fmt::format("\nprotocol bfd mesh_bfd {{\n{}}}\n", interfaces);
}

// The import table keeps what neighbours sent, before the filter, so that a new cost is applied here and now.
// Without it BIRD asks them for a refresh, which costs bytes on metered links, and which a neighbour
// before 2.14 that is otherwise idle answers up to 3 s late. With BIRD's own timers a session came back 52 s
// after its link. The delay keeps a session that dropped out long enough to be seen by a daemon that looks
// once a second.
std::string session_template(const mesh::Mesh& mesh, const mesh::Site& self) {
  std::string channels;
  for (const Family family : families_of(mesh)) {
    fmt::format_to(std::back_inserter(channels), R"(  {} {{
    next hop self;
    import table on;
    receive limit {} action restart;
  }};
)",
                   channel_of(family), kReceiveLimit);
  }
  return fmt::format(R"(
template bgp mesh_link {{
  local as {};
  direct;
  connect delay time 3;
  connect retry time 3;
  error wait time 1, 5;
  enable route refresh on;
  graceful restart on;
{}}}
)",
                     self.asn, channels);
}

// The neighbour's lines of the metrics file.
std::string value_arguments(mesh::Policy policy, mesh::SiteId neighbour, Family family) {
  if (policy == mesh::Policy::score) return fmt::format("PREFERENCE_{}", neighbour);
  return fmt::format("COST_{0}, FAVOUR_{0}, FAVOURED{1}_{0}", neighbour, suffix_of(family));
}

// Where the session runs over the other family, BIRD is told which address of ours is the next hop.
std::string channel(const mesh::Mesh& mesh, const mesh::LinkEnd& own, mesh::SiteId peer, Family family) {
  const mesh::Asn asn = mesh.find_site(peer)->asn;
  const std::string next_hop =
      own.address.front().family == family
          ? std::string()
          : fmt::format("    next hop address {};\n", of_family(own.address, family)->text());
  return fmt::format(R"(  {} {{
{}    import filter {{ refuse_foreign_route({}); value_route({}); accept; }};
    export filter {{ announce({}); }};
  }};
)",
                     channel_of(family), next_hop, asn, value_arguments(mesh.policy, peer, family), asn);
}

// Over IPv4 where the link has it.
std::string session(const mesh::Mesh& mesh, const mesh::Link& link, const mesh::Site& self) {
  const mesh::LinkEnd& own = link.own(self.id);
  const mesh::LinkEnd& peer = link.peer(self.id);
  std::string channels;
  for (const Family family : families_of(mesh)) channels += channel(mesh, own, peer.site, family);
  return fmt::format(R"(
protocol bgp {} from mesh_link {{
  interface "{}";
  local {} as {};
  neighbor {} as {};
  bfd {};
{}}}
)",
                     protocol_name(peer.site), own.interface, own.address.front().text(), self.asn,
                     peer.address.front().text(), mesh.find_site(peer.site)->asn,
                     link.bfd == mesh::Bfd::off ? "off" : "on", channels);
}

}  // namespace

std::optional<IpAddress> lan_address(const mesh::Site& site, const Local& local, Family family) {
  for (const Prefix& address : of_family(local.lan_addresses, family)) {
    for (const Prefix& lan : site.lan) {
      if (lan.contains(address.address)) return address.address;
    }
  }
  return std::nullopt;
}

std::string main_configuration(const mesh::Mesh& mesh, mesh::SiteId self_id, const Paths& paths,
                               const Local& local) {
  const mesh::Site* self = mesh.find_site(self_id);
  TRIMTAB_CHECK(self != nullptr);
  const std::vector<const mesh::Link*> links = mesh.links_of(self_id);
  std::string text = head(mesh, *self, paths, local.included) + filter_functions(mesh, *self) +
                     (local.included ? "" : kernel_protocols(mesh, *self, local)) +
                     lan_protocols(mesh, *self, local) + bfd_protocol(links, self_id) +
                     session_template(mesh, *self);
  for (const mesh::Link* link : links) text += session(mesh, *link, *self);
  return text;
}

Result<std::string> with_metrics(std::string_view main_configuration, std::string_view metrics,
                                 std::string_view other_metrics) {
  const std::string wanted = quoted_include(metrics);
  const std::size_t at = main_configuration.find(wanted);
  if (at == std::string_view::npos || main_configuration.find(wanted, at + 1) != std::string_view::npos) {
    return Error{fmt::format("bird.conf does not have `include \"{}\";` exactly once", metrics),
                 "run `trimtab up`"};
  }
  std::string text(main_configuration);
  return text.replace(at, wanted.size(), quoted_include(other_metrics));
}

std::string protocol_name(mesh::SiteId neighbour) {
  return fmt::format("{}{}", kSessionPrefix, neighbour);
}

std::optional<mesh::SiteId> neighbour_of_protocol(std::string_view name) {
  if (!name.starts_with(kSessionPrefix)) return std::nullopt;
  name.remove_prefix(kSessionPrefix.size());
  mesh::SiteId site = 0;
  const char* end = name.data() + name.size();
  const auto [after, error] = std::from_chars(name.data(), end, site);
  if (error != std::errc{} || after != end || site == 0) return std::nullopt;
  return site;
}

}  // namespace trimtab::bird
