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

const IpAddress& ipv4_address(const mesh::LinkEnd& end) {
  const auto found = std::find_if(end.address.begin(), end.address.end(),
                                  [](const IpAddress& address) { return address.family == Family::ipv4; });
  TRIMTAB_CHECK(found != end.address.end());
  return *found;
}

std::string router_id(const mesh::Site& site) {
  for (const IpAddress& address : site.overlay) {
    if (address.family == Family::ipv4) return address.text();
  }
  return IpAddress::ipv4(site.id).text();
}

std::string head(const mesh::Mesh& mesh, const mesh::Site& self, const Paths& paths) {
  return fmt::format(
      R"(# BIRD of site {} in mesh "{}". Written by trimtab; the next `trimtab up` overwrites changes.

log stderr all;
router id {};

{}{}
# The last word of the metrics file: a truncated one does not parse, and what was in force stays.
define METRICS_ARE_WHOLE = METRICS_COMPLETE;
)",
      self.name, mesh.name, router_id(self), quoted_include(paths.origins), quoted_include(paths.metrics));
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

std::vector<OwnLan> own_lans(const mesh::Site& self, const Local& local) {
  std::vector<OwnLan> lans;
  for (const Prefix& prefix : self.lan) {
    if (prefix.address.family == Family::ipv4) lans.push_back({prefix, subnet_inside(prefix, local)});
  }
  return lans;
}

std::string prefix_set(const std::vector<OwnLan>& lans) {
  std::string set;
  for (const OwnLan& lan : lans) set += (set.empty() ? "" : ", ") + lan.prefix.text();
  return set;
}

// A LAN whose interface has another prefix length than the mesh file says: the LAN stands while the subnet
// does. BIRD wants a next hop that is not the router itself; the subnet's own address is nobody's.
std::string lans_by_subnet(const std::vector<OwnLan>& lans, const std::string& interface) {
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
ipv4 table mesh_subnets;

protocol direct mesh_lan_subnet {{
  interface "{}";
  ipv4 {{ table mesh_subnets; import where net ~ [ {} ]; }};
}}

protocol static mesh_lan_static {{
  igp table mesh_subnets;
  ipv4;
{}}}
)",
                     interface, subnets, routes);
}

std::string lan_protocols(const mesh::Site& self, const Local& local) {
  const std::vector<OwnLan> lans = own_lans(self, local);
  if (lans.empty()) return {};
  return fmt::format(R"(
# Exactly the LANs of the mesh file, while the interface has an address there; with or without carrier.
protocol direct mesh_lan {{
  interface "{}";
  ipv4 {{ import where net ~ [ {} ]; }};
}}
)",
                     self.lan_interface, prefix_set(lans)) +
         lans_by_subnet(lans, self.lan_interface);
}

// ---- The kernel

std::string kernel_protocols(const mesh::Site& self, const Local& local) {
  const std::optional<IpAddress> source = lan_address(self, local);
  const std::string source_line =
      source ? fmt::format(
                   "      # The router's own packets: a link address is nobody's to route back to.\n"
                   "      krt_prefsrc = {};\n",
                   source->text())
             : std::string{};
  return fmt::format(R"(
protocol device mesh_device {{
}}

protocol kernel mesh_kernel {{
  ipv4 {{
    import none;
    export filter {{
      if source != RTS_BGP then reject;
{}      accept;
    }};
  }};
}}
)",
                     source_line);
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
std::string session_template(const mesh::Site& self) {
  return fmt::format(R"(
template bgp mesh_link {{
  local as {};
  direct;
  connect delay time 3;
  connect retry time 3;
  error wait time 1, 5;
  enable route refresh on;
  graceful restart on;
  ipv4 {{
    next hop self;
    import table on;
    receive limit {} action restart;
  }};
}}
)",
                     self.asn, kReceiveLimit);
}

// The neighbour's lines of the metrics file.
std::string value_arguments(mesh::Policy policy, mesh::SiteId neighbour) {
  if (policy == mesh::Policy::score) return fmt::format("PREFERENCE_{}", neighbour);
  return fmt::format("COST_{0}, FAVOUR_{0}, FAVOURED_{0}", neighbour);
}

std::string session(const mesh::Mesh& mesh, const mesh::Link& link, const mesh::Site& self) {
  const mesh::LinkEnd& own = link.own(self.id);
  const mesh::LinkEnd& peer = link.peer(self.id);
  const mesh::Asn asn = mesh.find_site(peer.site)->asn;
  return fmt::format(R"(
protocol bgp {} from mesh_link {{
  interface "{}";
  local {} as {};
  neighbor {} as {};
  bfd {};
  ipv4 {{
    import filter {{ refuse_foreign_route({}); value_route({}); accept; }};
    export filter {{ announce({}); }};
  }};
}}
)",
                     protocol_name(peer.site), own.interface, ipv4_address(own).text(), self.asn,
                     ipv4_address(peer).text(), asn, link.bfd == mesh::Bfd::off ? "off" : "on", asn,
                     value_arguments(mesh.policy, peer.site), asn);
}

}  // namespace

std::optional<IpAddress> lan_address(const mesh::Site& site, const Local& local) {
  for (const Prefix& address : local.lan_addresses) {
    if (address.address.family != Family::ipv4) continue;
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
  TRIMTAB_CHECK(mesh.encapsulation == mesh::Encapsulation::gre);
  const std::vector<const mesh::Link*> links = mesh.links_of(self_id);
  std::string text = head(mesh, *self, paths) + filter_functions(mesh, *self) +
                     kernel_protocols(*self, local) + lan_protocols(*self, local) +
                     bfd_protocol(links, self_id) + session_template(*self);
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
