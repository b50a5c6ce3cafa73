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
  bool declared() const { return link->subnet.has_value(); }
};

void check_overlay_ids(const Draft& draft, Mistakes& mistakes) {
  if (draft.overlay.empty()) return;
  const Prefix& overlay = draft.overlay.front().value;
  for (const DraftSite& site : draft.sites) {
    if (site.id && site.id->value > largest_overlay_id(overlay)) {
      mistakes.error(site.id->at, fmt::format("id {} does not fit overlay {}; the largest that does is {}",
                                              site.id->value, overlay.text(), largest_overlay_id(overlay)));
    }
  }
}

void check_link_ids(const Draft& draft, Mistakes& mistakes) {
  if (draft.link_pool.empty()) return;
  const Prefix& pool = draft.link_pool.front().value;
  const SiteId largest = largest_link_id(pool, draft.link_prefix);
  std::vector<bool> derives(draft.sites.size(), false);
  for (const DraftLink& link : draft.links) {
    if (!link.subnet) derives[link.site[0]] = derives[link.site[1]] = true;
  }
  const SiteId with_31 = largest_link_id(pool, 31);
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    const auto& id = draft.sites[i].id;
    if (!derives[i] || !id || id->value <= largest) continue;
    const std::string fix = draft.link_prefix == 30 && id->value <= with_31
                                ? fmt::format(" (link_prefix = 31 holds ids up to {})", with_31)
                                : "";
    mistakes.error(
        id->at, fmt::format("id {} does not fit links {}; the largest that does with a /{} per link is {}{}",
                            id->value, pool.text(), draft.link_prefix, largest, fix));
  }
}

void check_declared_inside(const Draft& draft, Mistakes& mistakes) {
  if (draft.link_pool.empty()) return;
  const Prefix& pool = draft.link_pool.front().value;
  for (const DraftLink& link : draft.links) {
    if (link.subnet && !pool.contains(link.subnet->value)) {
      mistakes.error(link.subnet->at, fmt::format("subnet {} lies outside links ({}); choose one inside",
                                                  link.subnet->value.text(), pool.text()));
    }
  }
}

std::vector<Taken> subnets(const Draft& draft) {
  std::vector<Taken> taken;
  taken.reserve(draft.links.size());
  const Prefix* pool = draft.link_pool.empty() ? nullptr : &draft.link_pool.front().value;
  const SiteId largest = pool ? largest_link_id(*pool, draft.link_prefix) : 0;
  for (const DraftLink& link : draft.links) {
    const auto& one = draft.sites[link.site[0]].id;
    const auto& other = draft.sites[link.site[1]].id;
    if (link.subnet) {
      taken.push_back({link.subnet->value, &link});
    } else if (pool && one && other && one->value != other->value &&
               std::max(one->value, other->value) <= largest) {
      taken.push_back({link_subnet(*pool, draft.link_prefix, one->value, other->value), &link});
    }
  }
  return taken;
}

void report_overlap(const Taken& one, const Taken& other, Mistakes& mistakes) {
  // Two derived ones overlap only where two sites share an id, and that is reported by itself.
  if (!one.declared() && !other.declared()) return;
  const bool at_one = !other.declared() || (one.declared() && other.link->at < one.link->at);
  const Taken& at = at_one ? one : other;
  const Taken& against = at_one ? other : one;
  if (against.declared()) {
    mistakes.error(at.link->subnet->at,
                   fmt::format("subnet {} overlaps {} of {} (line {}); choose another", at.subnet.text(),
                               against.subnet.text(), against.link->title(), against.link->subnet->at.line));
  } else {
    mistakes.error(
        at.link->subnet->at,
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

void check_addresses(const Draft& draft, Mistakes& mistakes) {
  check_overlay_ids(draft, mistakes);
  check_link_ids(draft, mistakes);
  check_declared_inside(draft, mistakes);
  check_overlaps(draft, mistakes);
}

}  // namespace trimtab::mesh
