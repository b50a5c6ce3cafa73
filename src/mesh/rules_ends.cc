// What a link's two ends need: interfaces and MTU.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "mesh/mtu.h"
#include "mesh/readers.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

constexpr std::string_view kInterfacePrefix = "gre-";

const Said<std::string>* named_interface(const DraftLink& link, std::size_t end) {
  for (const auto& [site, name] : link.interfaces) {
    if (site.value == link.between[end].value) return &name;
  }
  return nullptr;
}

struct EndName {
  std::size_t site;
  std::string interface;
  Position at;
};

bool looks_derived(std::string_view interface) {
  return interface.substr(0, kInterfacePrefix.size()) == kInterfacePrefix;
}

// Every name that could clash. Derived names differ as their peers do, so a site without a name of its own
// choice that looks like one brings none of them.
std::vector<EndName> names_that_may_clash(const Draft& draft) {
  std::vector<EndName> names;
  std::vector<bool> chosen(draft.sites.size(), false);
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    const auto& lan = draft.sites[i].lan_interface;
    if (!lan) continue;
    names.push_back({i, lan->value, lan->at});
    chosen[i] = looks_derived(lan->value);
  }
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      const Said<std::string>* named = named_interface(link, end);
      if (named == nullptr) continue;
      names.push_back({link.site[end], named->value, named->at});
      chosen[link.site[end]] = true;
    }
  }
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (!chosen[link.site[end]] || named_interface(link, end) != nullptr) continue;
      names.push_back({link.site[end], interface_at(link, static_cast<int>(end)), link.at});
    }
  }
  return names;
}

void check_repeats(const Draft& draft, Mistakes& mistakes) {
  std::vector<EndName> names = names_that_may_clash(draft);
  std::sort(names.begin(), names.end(), [](const EndName& a, const EndName& b) {
    return std::tie(a.site, a.interface, a.at) < std::tie(b.site, b.interface, b.at);
  });
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (names[i].site != names[i - 1].site || names[i].interface != names[i - 1].interface) continue;
    mistakes.error(names[i].at,
                   fmt::format("{} would have two interfaces \"{}\" (line {}); name them apart",
                               draft.sites[names[i].site].title(), names[i].interface, names[i - 1].at.line));
  }
}

// A long name is one mistake, however many links its site has.
void check_lengths(const Draft& draft, Mistakes& mistakes) {
  std::set<std::size_t> reported;
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      const std::size_t peer = link.site[1 - end];
      if (named_interface(link, end) != nullptr) continue;
      const std::string name = interface_at(link, static_cast<int>(end));
      if (name.size() <= kMaxInterfaceLength || !reported.insert(peer).second) continue;
      mistakes.error(
          draft.sites[peer].name->at,
          fmt::format(
              "interface \"{}\" has {} characters and the kernel takes {}; shorten the name to {}, or "
              "give its links `interfaces`",
              name, name.size(), kMaxInterfaceLength, kMaxInterfaceLength - kInterfacePrefix.size()));
    }
  }
}

}  // namespace

std::vector<Outer> outer_of_peers(const Draft& draft) {
  std::vector<Outer> widest(draft.sites.size(), Outer::ipv4);
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      if (draft.sites[link.site[1 - end]].outer != Outer::ipv4) widest[link.site[end]] = Outer::any;
    }
  }
  return widest;
}

std::string interface_at(const DraftLink& link, int end) {
  const auto own = static_cast<std::size_t>(end);
  if (const Said<std::string>* name = named_interface(link, own)) return name->value;
  return std::string(kInterfacePrefix) + link.between[1 - own].value;
}

std::optional<MtuBound> mtu_bound(const Draft& draft, const DraftLink& link,
                                  const std::vector<Outer>& outer_of_peers) {
  std::array<MtuEnd, 2> ends;
  for (std::size_t end = 0; end < 2; ++end) {
    const DraftSite& site = draft.sites[link.site[end]];
    if (!site.wan_mtu) return std::nullopt;
    ends[end] = {site.wan_mtu->value, site.outer, outer_of_peers[link.site[end]]};
  }
  return link_mtu_bound(ends, Family::ipv4);
}

void check_interfaces(const Draft& draft, Mistakes& mistakes) {
  check_lengths(draft, mistakes);
  check_repeats(draft, mistakes);
}

void check_mtu(const Draft& draft, Mistakes& mistakes) {
  const std::vector<Outer> outer = outer_of_peers(draft);
  for (const DraftLink& link : draft.links) {
    const auto bound = link.mtu ? mtu_bound(draft, link, outer) : std::nullopt;
    if (!bound || link.mtu->value <= bound->bytes) continue;
    const std::size_t narrower = link.site[bound->narrower];
    const std::size_t other = link.site[1 - bound->narrower];
    std::string sum = link_mtu_sum(draft.sites[narrower].wan_mtu->value, outer[narrower], Family::ipv4);
    if (bound->padding > 0) {
      sum += fmt::format(", less {} for the padding that WireGuard at {} sends = {}", bound->padding,
                         draft.sites[other].title(), bound->bytes);
    }
    mistakes.error(link.mtu->at, fmt::format("mtu {} does not pass {}: {}; write at most {}", link.mtu->value,
                                             draft.sites[narrower].title(), sum, bound->bytes));
  }
}

}  // namespace trimtab::mesh
