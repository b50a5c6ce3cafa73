#include <fmt/core.h>

#include <algorithm>

#include "mesh/addressing.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

// A link's subnet as it will be, declared or derived.
struct Taken {
  Prefix subnet;
  const DraftLink* link;
  const Said<Prefix>* said = nullptr;
  bool declared() const { return said != nullptr; }
};

const char* name(Family family) {
  return family == Family::ipv4 ? "IPv4" : "IPv6";
}

// What arrives by a link whose family has no addresses there could not be answered by the routers on its way.
void check_families(const Draft& draft, Mistakes& mistakes) {
  if (draft.link_pool.empty() || !draft.link_pool_complete) return;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const auto is_of = [&](const Said<Prefix>& prefix) { return prefix.value.address.family == family; };
    const auto lan = std::find_if(draft.lans.begin(), draft.lans.end(), is_of);
    if (lan == draft.lans.end() || std::any_of(draft.link_pool.begin(), draft.link_pool.end(), is_of)) {
      continue;
    }
    mistakes.error(
        lan->at,
        fmt::format("lans has {0} ({1}) and links has none; add a prefix to links, like \"{2}\"",
                    name(family), lan->value.text(), family == Family::ipv4 ? "172.31.0.0/16" : "fd31::/64"));
  }
}

void check_overlay_ids(const Draft& draft, Mistakes& mistakes) {
  for (const DraftSite& site : draft.sites) {
    for (const Said<Prefix>& overlay : draft.overlay) {
      const SiteId largest = largest_overlay_id(overlay.value);
      if (!site.id || site.id->value <= largest) continue;
      mistakes.error(site.id->at, fmt::format("id {} does not fit overlay {}; the largest that does is {}",
                                              site.id->value, overlay.value.text(), largest));
    }
  }
}

// The sites that have a link whose subnet in `pool` follows from the ids.
std::vector<bool> deriving_sites(const Draft& draft, const Prefix& pool) {
  std::vector<bool> derives(draft.sites.size(), false);
  for (const DraftLink& link : draft.links) {
    if (declared_subnet(link, pool.address.family) == nullptr)
      derives[link.site[0]] = derives[link.site[1]] = true;
  }
  return derives;
}

void check_link_ids(const Draft& draft, const Prefix& pool, Mistakes& mistakes) {
  const int bits = link_prefix_in(draft, pool);
  const SiteId largest = largest_link_id(pool, bits);
  const std::vector<bool> derives = deriving_sites(draft, pool);
  const SiteId with_31 = largest_link_id(pool, 31);
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    const auto& id = draft.sites[i].id;
    if (!derives[i] || !id || id->value <= largest) continue;
    const std::string fix = bits == 30 && id->value <= with_31
                                ? fmt::format(" (link_prefix = 31 holds ids up to {})", with_31)
                                : "";
    mistakes.error(
        id->at, fmt::format("id {} does not fit links {}; the largest that does with a /{} per link is {}{}",
                            id->value, pool.text(), bits, largest, fix));
  }
}

void check_declared_inside(const Draft& draft, Mistakes& mistakes) {
  if (!draft.link_pool_complete) return;
  for (const DraftLink& link : draft.links) {
    for (const Said<Prefix>& subnet : link.subnet) {
      const Family family = subnet.value.address.family;
      const auto pool = std::find_if(draft.link_pool.begin(), draft.link_pool.end(),
                                     [&](const auto& said) { return said.value.address.family == family; });
      if (draft.link_pool.empty() || (pool != draft.link_pool.end() && pool->value.contains(subnet.value)))
        continue;
      mistakes.error(subnet.at, pool == draft.link_pool.end()
                                    ? fmt::format("subnet {} is {} and links has none; take it away",
                                                  subnet.value.text(), name(family))
                                    : fmt::format("subnet {} lies outside links ({}); choose one inside",
                                                  subnet.value.text(), pool->value.text()));
    }
  }
}

void add_subnets(const Draft& draft, const Prefix& pool, std::vector<Taken>& taken) {
  const int bits = link_prefix_in(draft, pool);
  const SiteId largest = largest_link_id(pool, bits);
  for (const DraftLink& link : draft.links) {
    const auto& one = draft.sites[link.site[0]].id;
    const auto& other = draft.sites[link.site[1]].id;
    if (declared_subnet(link, pool.address.family) == nullptr && one && other && one->value != other->value &&
        std::max(one->value, other->value) <= largest) {
      taken.push_back({link_subnet(pool, bits, one->value, other->value), &link});
    }
  }
}

std::vector<Taken> subnets(const Draft& draft) {
  std::vector<Taken> taken;
  taken.reserve(draft.links.size());
  for (const DraftLink& link : draft.links) {
    for (const Said<Prefix>& subnet : link.subnet) taken.push_back({subnet.value, &link, &subnet});
  }
  for (const Said<Prefix>& pool : draft.link_pool) add_subnets(draft, pool.value, taken);
  return taken;
}

void report_overlap(const Taken& one, const Taken& other, Mistakes& mistakes) {
  // Two derived ones overlap only where two sites share an id, and that is reported by itself.
  if (!one.declared() && !other.declared()) return;
  const bool at_one = !other.declared() || (one.declared() && other.link->at < one.link->at);
  const Taken& at = at_one ? one : other;
  const Taken& against = at_one ? other : one;
  if (against.declared()) {
    mistakes.error(at.said->at,
                   fmt::format("subnet {} overlaps {} of {} (line {}); choose another", at.subnet.text(),
                               against.subnet.text(), against.link->title(), against.said->at.line));
  } else {
    mistakes.error(
        at.said->at,
        fmt::format(
            "subnet {} overlaps {}, which {} gets from its sites' ids; choose one further up in links",
            at.subnet.text(), against.subnet.text(), against.link->title()));
  }
}

void check_overlaps(const Draft& draft, Mistakes& mistakes) {
  std::vector<Taken> taken = subnets(draft);
  std::sort(taken.begin(), taken.end(), [](const Taken& a, const Taken& b) {
    return a.subnet != b.subnet ? a.subnet < b.subnet : a.link->at < b.link->at;
  });
  const Taken* widest = nullptr;
  for (const Taken& next : taken) {
    if (widest != nullptr && widest->subnet.contains(next.subnet)) {
      report_overlap(*widest, next, mistakes);
    } else {
      widest = &next;
    }
  }
}

}  // namespace

const Said<Prefix>* declared_subnet(const DraftLink& link, Family family) {
  for (const Said<Prefix>& subnet : link.subnet) {
    if (subnet.value.address.family == family) return &subnet;
  }
  return nullptr;
}

int link_prefix_in(const Draft& draft, const Prefix& pool) {
  return pool.address.family == Family::ipv4 ? draft.link_prefix : kIpv6LinkPrefix;
}

void check_addresses(const Draft& draft, Mistakes& mistakes) {
  check_families(draft, mistakes);
  check_overlay_ids(draft, mistakes);
  for (const Said<Prefix>& pool : draft.link_pool) check_link_ids(draft, pool.value, mistakes);
  check_declared_inside(draft, mistakes);
  check_overlaps(draft, mistakes);
}

}  // namespace trimtab::mesh
