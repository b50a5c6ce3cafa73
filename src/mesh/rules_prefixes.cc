#include <fmt/core.h>

#include <algorithm>

#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

struct Owned {
  Prefix prefix;
  Position at;
  std::string owner;  // "lans", "the lan of site "a""
};

// By address, the wider first: what overlaps a prefix follows it at once, for prefixes nest or are apart.
void sort_nested(std::vector<Owned>& list) {
  std::sort(list.begin(), list.end(), [](const Owned& a, const Owned& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return a.at < b.at;
  });
}

void report_overlaps(std::vector<Owned> list, Mistakes& mistakes) {
  sort_nested(list);
  const Owned* widest = nullptr;
  for (const Owned& next : list) {
    if (widest == nullptr || !widest->prefix.contains(next.prefix)) {
      widest = &next;
      continue;
    }
    const Owned& later = widest->at < next.at ? next : *widest;
    const Owned& earlier = widest->at < next.at ? *widest : next;
    const bool same = later.prefix == earlier.prefix;
    mistakes.error(later.at,
                   same ? fmt::format("{} stands in {} already (line {}); keep one", later.prefix.text(),
                                      earlier.owner, earlier.at.line)
                        : fmt::format("{} overlaps {} in {} (line {}); keep them apart", later.prefix.text(),
                                      earlier.prefix.text(), earlier.owner, earlier.at.line));
  }
}

void add(std::vector<Owned>& list, const std::vector<Said<Prefix>>& prefixes, const std::string& owner) {
  for (const auto& prefix : prefixes) list.push_back({prefix.value, prefix.at, owner});
}

std::vector<Owned> site_lans(const Draft& draft) {
  std::vector<Owned> list;
  for (const DraftSite& site : draft.sites) add(list, site.lan, "the lan of " + site.title());
  return list;
}

// Sorted and without what lies in another: each address is in one of them at most.
std::vector<Prefix> disjoint(const std::vector<Said<Prefix>>& prefixes) {
  std::vector<Owned> list;
  add(list, prefixes, {});
  sort_nested(list);
  std::vector<Prefix> apart;
  for (const Owned& next : list) {
    if (apart.empty() || !apart.back().contains(next.prefix)) apart.push_back(next.prefix);
  }
  return apart;
}

const Prefix* covering(const std::vector<Prefix>& apart, const IpAddress& address) {
  const auto after =
      std::upper_bound(apart.begin(), apart.end(), address,
                       [](const IpAddress& a, const Prefix& prefix) { return a < prefix.address; });
  return after != apart.begin() && std::prev(after)->contains(address) ? &*std::prev(after) : nullptr;
}

void check_inside_lans(const Draft& draft, Mistakes& mistakes) {
  if (draft.lans.empty()) return;
  const std::vector<Prefix> lans = disjoint(draft.lans);
  for (const Owned& lan : site_lans(draft)) {
    const Prefix* cover = covering(lans, lan.prefix.address);
    if (cover == nullptr || !cover->contains(lan.prefix)) {
      mistakes.error(lan.at, fmt::format("{} lies outside lans; add it to lans in [mesh] or choose another",
                                         lan.prefix.text()));
    }
  }
}

// The tunnel's own packets would be routed into the tunnel.
void check_endpoints_outside(const Draft& draft, Mistakes& mistakes) {
  std::vector<Said<Prefix>> inside = draft.overlay;
  inside.insert(inside.end(), draft.link_pool.begin(), draft.link_pool.end());
  for (const DraftSite& site : draft.sites) inside.insert(inside.end(), site.lan.begin(), site.lan.end());
  const std::vector<Prefix> apart = disjoint(inside);
  for (const DraftSite& site : draft.sites) {
    if (!site.endpoint) continue;
    const auto address = parse_address(site.endpoint->value.host);
    const Prefix* cover = address.ok() ? covering(apart, *address) : nullptr;
    if (cover != nullptr) {
      mistakes.error(site.endpoint->at,
                     fmt::format("endpoint {} lies inside the mesh ({}); give the address outside",
                                 address->text(), cover->text()));
    }
  }
}

}  // namespace

void check_prefixes(const Draft& draft, Mistakes& mistakes) {
  std::vector<Owned> ranges;
  add(ranges, draft.overlay, "overlay");
  add(ranges, draft.link_pool, "links");
  add(ranges, draft.lans, "lans");
  report_overlaps(std::move(ranges), mistakes);
  report_overlaps(site_lans(draft), mistakes);
  check_inside_lans(draft, mistakes);
  check_endpoints_outside(draft, mistakes);
}

}  // namespace trimtab::mesh
