// What a link's two ends need: interfaces and ports. What fits between them: rules_mtu.cc.
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "mesh/readers.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

std::string_view interface_prefix(const Draft& draft) {
  return draft.encapsulation == Encapsulation::none ? "wg-" : "gre-";
}

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

// Every name that could clash. Derived names differ as their peers do, so a site without a name of its own
// choice that looks like one brings none of them.
std::vector<EndName> names_that_may_clash(const Draft& draft) {
  std::vector<EndName> names;
  std::vector<bool> chosen(draft.sites.size(), false);
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    const auto& lan = draft.sites[i].lan_interface;
    if (!lan) continue;
    names.push_back({i, lan->value, lan->at});
    chosen[i] = lan->value.starts_with(interface_prefix(draft));
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
      names.push_back({link.site[end], interface_at(draft, link, static_cast<int>(end)), link.at});
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
      const std::string name = interface_at(draft, link, static_cast<int>(end));
      if (name.size() <= kMaxInterfaceLength || !reported.insert(peer).second) continue;
      mistakes.error(
          draft.sites[peer].name->at,
          fmt::format(
              "interface \"{}\" has {} characters and the kernel takes {}; shorten the name to {}, or "
              "give its links `interfaces`",
              name, name.size(), kMaxInterfaceLength, kMaxInterfaceLength - interface_prefix(draft).size()));
    }
  }
}

// Without GRE each link has a port of its own at each end that can be called. Two sites behind one address
// can come to want the same.
void check_ports(const Draft& draft, Mistakes& mistakes) {
  std::map<std::pair<std::string, int>, std::string> taken;
  for (const DraftLink& link : draft.links) {
    for (std::size_t end = 0; end < 2; ++end) {
      const DraftSite& site = draft.sites[link.site[end]];
      const DraftSite& peer = draft.sites[link.site[1 - end]];
      if (!site.endpoint || !peer.id) continue;
      const int port = site.endpoint->value.port + static_cast<int>(peer.id->value);
      if (port > 65535) {
        mistakes.error(
            site.endpoint->at,
            fmt::format("{} would listen to {} on port {} (the endpoint's plus that site's id), and "
                        "65535 is the last; give it a lower port",
                        site.title(), peer.title(), port));
        continue;
      }
      const std::string whose = fmt::format("{} for {}", site.title(), peer.title());
      const auto [other, is_new] = taken.try_emplace({site.endpoint->value.host, port}, whose);
      if (is_new) continue;
      mistakes.error(site.endpoint->at,
                     fmt::format("{} would listen on {} port {}, which is that of {}; keep their endpoints' "
                                 "ports further apart than the ids",
                                 whose, site.endpoint->value.host, port, other->second));
    }
  }
}

}  // namespace

std::string interface_at(const Draft& draft, const DraftLink& link, int end) {
  const auto own = static_cast<std::size_t>(end);
  if (const Said<std::string>* name = named_interface(link, own)) return name->value;
  return std::string(interface_prefix(draft)) + link.between[1 - own].value;
}

void check_interfaces(const Draft& draft, Mistakes& mistakes) {
  check_lengths(draft, mistakes);
  check_repeats(draft, mistakes);
  if (draft.encapsulation == Encapsulation::none) check_ports(draft, mistakes);
}

}  // namespace trimtab::mesh
