#include "mesh/build.h"

#include <algorithm>

#include "mesh/addressing.h"
#include "mesh/mtu.h"
#include "mesh/rules.h"
#include "util/check.h"

namespace trimtab::mesh {
namespace {

std::vector<Prefix> sorted_values(const std::vector<Said<Prefix>>& said) {
  std::vector<Prefix> values;
  for (const auto& prefix : said) values.push_back(prefix.value);
  std::sort(values.begin(), values.end());
  return values;
}

Site build_site(const Draft& draft, const DraftSite& from) {
  Site site;
  site.name = from.name->value;
  site.id = from.id->value;
  site.asn = from.asn->value;
  site.lan = sorted_values(from.lan);
  if (from.lan_interface) site.lan_interface = from.lan_interface->value;
  if (from.endpoint) site.endpoint = from.endpoint->value;
  site.public_key = from.public_key->value;
  site.wan_mtu = from.wan_mtu->value;
  site.outer = from.outer;
  site.transit = from.transit;
  site.metered = from.metered;
  for (const auto& overlay : draft.overlay) site.overlay.push_back(overlay_address(overlay.value, site.id));
  return site;
}

Link build_link(const Draft& draft, const DraftLink& from, const std::vector<Outer>& outer) {
  const DraftSite& low = draft.sites[from.site[0]];
  const DraftSite& high = draft.sites[from.site[1]];
  Link link;
  for (const Said<Prefix>& pool : draft.link_pool) {
    const Said<Prefix>* declared = declared_subnet(from, pool.value.address.family);
    link.subnet.push_back(declared != nullptr ? declared->value
                                              : link_subnet(pool.value, link_prefix_in(draft, pool.value),
                                                            low.id->value, high.id->value));
  }
  for (int end = 0; end < 2; ++end) {
    LinkEnd& to = link.ends[static_cast<std::size_t>(end)];
    to.site = draft.sites[from.site[static_cast<std::size_t>(end)]].id->value;
    to.interface = interface_at(draft, from, end);
    for (const Prefix& subnet : link.subnet) to.address.push_back(link_address(subnet, end));
  }
  const auto bound = mtu_bound(draft, from, outer);
  TRIMTAB_CHECK(bound.has_value());
  link.mtu = from.mtu ? from.mtu->value : std::min(bound->bytes, default_link_mtu(gre_family(draft)));
  link.bandwidth = from.bandwidth;
  link.bias = from.bias;
  link.metered = from.metered || low.metered || high.metered;
  link.budget_bytes_per_day = from.budget_bytes_per_day;
  link.bfd = from.bfd.value_or(link.metered ? Bfd::slow : Bfd::fast);
  return link;
}

std::vector<const DraftLink*> links_by_id(const Draft& draft) {
  std::vector<std::pair<std::pair<SiteId, SiteId>, const DraftLink*>> keyed;
  keyed.reserve(draft.links.size());
  for (const DraftLink& link : draft.links) {
    keyed.push_back({{draft.sites[link.site[0]].id->value, draft.sites[link.site[1]].id->value}, &link});
  }
  std::sort(keyed.begin(), keyed.end());
  std::vector<const DraftLink*> links;
  links.reserve(keyed.size());
  for (const auto& [ids, link] : keyed) links.push_back(link);
  return links;
}

}  // namespace

Mesh build(const Draft& draft) {
  Mesh mesh;
  mesh.name = draft.name;
  mesh.overlay = sorted_values(draft.overlay);
  mesh.link_pool = sorted_values(draft.link_pool);
  mesh.link_prefix = draft.link_prefix;
  mesh.lans = sorted_values(draft.lans);
  mesh.policy = draft.policy;
  mesh.encapsulation = draft.encapsulation;
  mesh.community = draft.community;
  mesh.tuning = draft.tuning;
  for (const DraftSite& site : draft.sites) mesh.sites.push_back(build_site(draft, site));
  std::sort(mesh.sites.begin(), mesh.sites.end(), [](const Site& a, const Site& b) { return a.id < b.id; });
  const std::vector<Outer> outer = outer_of_peers(draft);
  mesh.links.reserve(draft.links.size());
  for (const DraftLink* link : links_by_id(draft)) mesh.links.push_back(build_link(draft, *link, outer));
  return mesh;
}

}  // namespace trimtab::mesh
