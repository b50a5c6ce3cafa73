// What fits between a link's two ends, and whether that is enough for IPv6.
#include <fmt/core.h>

#include <algorithm>

#include "mesh/mtu.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

bool has_ipv6(const std::vector<Said<Prefix>>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [](const Said<Prefix>& prefix) { return prefix.value.address.family == Family::ipv6; });
}

// Without GRE, WireGuard's interface is the link's own and made for its one peer.
Outer room_for(const Draft& draft, const DraftLink& link, std::size_t end, const std::vector<Outer>& widest) {
  if (draft.encapsulation == Encapsulation::gre) return widest[link.site[end]];
  const Outer own = draft.sites[link.site[end]].outer;
  return own != Outer::ipv4 ? own : draft.sites[link.site[1 - end]].outer;
}

void check_declared(const Draft& draft, const DraftLink& link, const MtuBound& bound,
                    const std::vector<Outer>& widest, Mistakes& mistakes) {
  if (!link.mtu || link.mtu->value <= bound.bytes) return;
  const DraftSite& narrower = draft.sites[link.site[bound.narrower]];
  std::string sum =
      link_mtu_sum(narrower.wan_mtu->value, room_for(draft, link, bound.narrower, widest), gre_family(draft));
  if (bound.padding > 0) {
    sum += fmt::format(", less {} for the padding that WireGuard at {} sends = {}", bound.padding,
                       draft.sites[link.site[1 - bound.narrower]].title(), bound.bytes);
  }
  mistakes.error(link.mtu->at, fmt::format("mtu {} does not pass {}: {}; write at most {}", link.mtu->value,
                                           narrower.title(), sum, bound.bytes));
}

// A site's narrow WAN is one mistake, however many links it has.
void check_ipv6_room(const Draft& draft, const DraftLink& link, const MtuBound& bound,
                     std::vector<bool>& reported, Mistakes& mistakes) {
  const std::size_t site = link.site[bound.narrower];
  const DraftSite& narrower = draft.sites[site];
  if (bound.bytes < kMinIpv6Mtu && !reported[site]) {
    reported[site] = true;
    mistakes.error(narrower.wan_mtu->at,
                   fmt::format("wan_mtu {} of {} leaves {} bytes in {}, and IPv6 in links takes {}; at least "
                               "{} more are needed, or no IPv6 in links",
                               narrower.wan_mtu->value, narrower.title(), bound.bytes, link.title(),
                               kMinIpv6Mtu, kMinIpv6Mtu - bound.bytes));
  } else if (link.mtu && link.mtu->value < kMinIpv6Mtu && link.mtu->value <= bound.bytes) {
    mistakes.error(link.mtu->at, fmt::format("mtu {} is too small for IPv6 in links; write at least {}",
                                             link.mtu->value, kMinIpv6Mtu));
  }
}

// wg0 itself has an address of each family of the overlay.
void check_overlay_room(const Draft& draft, const std::vector<Outer>& widest, Mistakes& mistakes) {
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    const auto& wan_mtu = draft.sites[i].wan_mtu;
    if (!wan_mtu) continue;
    const int underlay = wan_mtu->value - wireguard_overhead(widest[i]);
    if (underlay >= kMinIpv6Mtu) continue;
    mistakes.error(
        wan_mtu->at,
        fmt::format("wan_mtu {} of {} leaves wg0 {} bytes, and IPv6 in overlay takes {}; at least "
                    "{} more are needed, or no IPv6 in overlay",
                    wan_mtu->value, draft.sites[i].title(), underlay, kMinIpv6Mtu, kMinIpv6Mtu - underlay));
  }
}

}  // namespace

std::vector<Outer> outer_of_peers(const Draft& draft) {
  std::vector<Outer> widest(draft.sites.size(), Outer::ipv4);
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      // WireGuard answers the way it was called: one end called over IPv6 makes both send over it.
      if (draft.sites[link.site[end]].outer != Outer::ipv4)
        widest[link.site[0]] = widest[link.site[1]] = Outer::any;
    }
  }
  return widest;
}

std::optional<Family> gre_family(const Draft& draft) {
  if (draft.encapsulation == Encapsulation::none || draft.overlay.empty()) return std::nullopt;
  return draft.overlay.front().value.address.family;
}

std::optional<MtuBound> mtu_bound(const Draft& draft, const DraftLink& link,
                                  const std::vector<Outer>& outer_of_peers) {
  std::array<MtuEnd, 2> ends;
  for (std::size_t end = 0; end < 2; ++end) {
    const DraftSite& site = draft.sites[link.site[end]];
    if (!site.wan_mtu) return std::nullopt;
    ends[end] = {site.wan_mtu->value, site.outer, room_for(draft, link, end, outer_of_peers)};
  }
  return link_mtu_bound(ends, gre_family(draft));
}

void check_mtu(const Draft& draft, Mistakes& mistakes) {
  if (draft.encapsulation == Encapsulation::gre && draft.overlay.empty()) return;  // reported already
  const std::vector<Outer> widest = outer_of_peers(draft);
  std::vector<bool> reported(draft.sites.size(), false);
  for (const DraftLink& link : draft.links) {
    const auto bound = mtu_bound(draft, link, widest);
    if (!bound) continue;
    check_declared(draft, link, *bound, widest, mistakes);
    if (has_ipv6(draft.link_pool)) check_ipv6_room(draft, link, *bound, reported, mistakes);
  }
  if (draft.encapsulation == Encapsulation::gre && has_ipv6(draft.overlay) && !has_ipv6(draft.link_pool))
    check_overlay_room(draft, widest, mistakes);
}

}  // namespace trimtab::mesh
