// Which links there are, whether their ends can be called, and whether every site is reached.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "mesh/nearest.h"
#include "mesh/rules.h"

namespace trimtab::mesh {
namespace {

// Above it, looking for the meant name costs more than it helps.
constexpr std::size_t kMostSitesToGuess = 300;
constexpr std::size_t kMostNamesToList = 8;
// 124,750 links, 50 MB. A mesh of that size is not run as a full one, and a file of 1 MiB could ask for a
// billion.
constexpr std::size_t kMostSitesInFullMesh = 500;

using SitesByName = std::unordered_map<std::string_view, std::size_t>;

SitesByName sites_by_name(const Draft& draft) {
  SitesByName sites;
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    if (draft.sites[i].name) sites.try_emplace(draft.sites[i].name->value, i);
  }
  return sites;
}

std::string meant_site(const SitesByName& sites, const std::string& name) {
  if (sites.size() > kMostSitesToGuess) return "; is it spelt as in its [[site]]?";
  std::vector<std::string_view> names;
  for (const auto& [known, index] : sites) names.push_back(known);
  std::sort(names.begin(), names.end());
  const std::string meant = nearest(name, names);
  if (!meant.empty()) return fmt::format("; did you mean \"{}\"?", meant);
  if (names.size() > kMostNamesToList) return "; add a [[site]] with that name";
  return fmt::format("; sites are {}", fmt::join(names, ", "));
}

// The sites of one link. False where the link is no link.
bool resolve(DraftLink& link, const SitesByName& sites, bool guess, Mistakes& mistakes) {
  if (link.between[0].value.empty() && link.between[1].value.empty()) return false;  // refused already
  bool found = true;
  for (std::size_t end = 0; end < 2; ++end) {
    const Said<std::string>& name = link.between[end];
    const auto site = sites.find(name.value);
    if (site != sites.end()) {
      link.site[end] = site->second;
      continue;
    }
    found = false;
    if (guess)
      mistakes.error(name.at,
                     fmt::format("there is no site \"{}\"{}", name.value, meant_site(sites, name.value)));
  }
  if (found && link.site[0] == link.site[1]) {
    mistakes.error(link.between[1].at, "a link from a site to itself; name two sites");
    return false;
  }
  return found;
}

void check_interface_sites(const DraftLink& link, Mistakes& mistakes) {
  for (const auto& [site, name] : link.interfaces) {
    if (site.value == link.between[0].value || site.value == link.between[1].value) continue;
    mistakes.error(site.at, fmt::format("\"{}\" is not a site of this link; write \"{}\" or \"{}\"",
                                        site.value, link.between[0].value, link.between[1].value));
  }
}

// The lower id first; sites without an id keep the order of the file.
void order_ends(const Draft& draft, DraftLink& link) {
  const auto& first = draft.sites[link.site[0]].id;
  const auto& second = draft.sites[link.site[1]].id;
  if (!first || !second || first->value <= second->value) return;
  std::swap(link.site[0], link.site[1]);
  std::swap(link.between[0], link.between[1]);
}

void drop_repeats(std::vector<DraftLink>& links, Mistakes& mistakes) {
  std::map<std::pair<std::size_t, std::size_t>, int> line_of;
  std::vector<DraftLink> once;
  for (DraftLink& link : links) {
    const auto [entry, is_new] = line_of.try_emplace(std::minmax(link.site[0], link.site[1]), link.at.line);
    if (is_new) {
      once.push_back(std::move(link));
    } else {
      mistakes.error(link.between[0].at,
                     fmt::format("{} is there already (line {}); keep one", link.title(), entry->second));
    }
  }
  links = std::move(once);
}

bool can_be_called(const DraftSite& site) {
  return site.endpoint_said;
}

void warn_left_out(const Draft& draft, Mistakes& mistakes) {
  std::vector<std::string> names;
  const DraftSite* first = nullptr;
  for (const DraftSite& site : draft.sites) {
    if (can_be_called(site)) continue;
    if (first == nullptr) first = &site;
    names.push_back(site.name ? site.name->value : "?");
  }
  if (names.size() < 2) return;
  const std::size_t count = names.size();
  std::sort(names.begin(), names.end());
  if (count > kMostNamesToList) names.resize(kMostNamesToList);
  mistakes.warn(
      first->at,
      fmt::format("no link between {}{}: none of them has an endpoint; their traffic takes other sites",
                  fmt::join(names, ", "),
                  count > names.size() ? fmt::format(" and {} more", count - names.size()) : ""));
}

std::vector<DraftLink> full_mesh(const Draft& draft) {
  std::vector<DraftLink> links;
  links.reserve(draft.sites.size() * draft.sites.size() / 2);
  for (std::size_t j = 1; j < draft.sites.size(); ++j) {
    for (std::size_t i = 0; i < j; ++i) {
      const DraftSite& one = draft.sites[i];
      const DraftSite& other = draft.sites[j];
      if (!one.name || !other.name || (!can_be_called(one) && !can_be_called(other))) continue;
      DraftLink link;
      link.at = other.at;
      link.full_mesh = true;
      link.between = {*one.name, *other.name};
      link.site = {i, j};
      order_ends(draft, link);
      links.push_back(std::move(link));
    }
  }
  return links;
}

struct Graph {
  std::vector<std::vector<std::size_t>> peers;
  std::vector<bool> seen;

  explicit Graph(const Draft& draft) : peers(draft.sites.size()), seen(draft.sites.size(), false) {
    for (const DraftLink& link : draft.links) {
      peers[link.site[0]].push_back(link.site[1]);
      peers[link.site[1]].push_back(link.site[0]);
    }
  }

  // Everything that traffic from `start` reaches, and `start`; others' traffic goes through transit sites
  // only.
  std::vector<std::size_t> walk(const Draft& draft, std::size_t start) {
    std::vector<std::size_t> reached{start};
    seen[start] = true;
    for (std::size_t next = 0; next < reached.size(); ++next) {
      const std::size_t at = reached[next];
      if (at != start && !draft.sites[at].transit) continue;
      for (const std::size_t peer : peers[at]) {
        if (seen[peer]) continue;
        seen[peer] = true;
        reached.push_back(peer);
      }
    }
    return reached;
  }
};

// The walk that covers most; the rest is what no path reaches.
std::vector<std::size_t> largest_part(const Draft& draft) {
  Graph graph(draft);
  std::vector<std::size_t> largest;
  for (const bool transit : {true, false}) {
    for (std::size_t site = 0; site < draft.sites.size(); ++site) {
      if (draft.sites[site].transit != transit || graph.seen[site]) continue;
      std::vector<std::size_t> part = graph.walk(draft, site);
      if (part.size() > largest.size()) largest = std::move(part);
    }
  }
  return largest;
}

}  // namespace

void resolve_links(Draft& draft, bool incomplete, Mistakes& mistakes) {
  if (draft.links.empty()) {
    if (incomplete) return;
    if (draft.sites.size() > kMostSitesInFullMesh) {
      mistakes.error(
          draft.mesh_at,
          fmt::format("{} sites and no [[link]]: a full mesh takes {} sites at most; name the links",
                      draft.sites.size(), kMostSitesInFullMesh));
      return;
    }
    draft.links = full_mesh(draft);
    warn_left_out(draft, mistakes);
    return;
  }
  const SitesByName sites = sites_by_name(draft);
  // A name that is missing or stands twice leaves a link without its site: one mistake, reported already.
  const bool guess = !incomplete && sites.size() == draft.sites.size();
  std::vector<DraftLink> links;
  for (DraftLink& link : draft.links) {
    if (!resolve(link, sites, guess, mistakes)) continue;
    check_interface_sites(link, mistakes);
    order_ends(draft, link);
    links.push_back(std::move(link));
  }
  drop_repeats(links, mistakes);
  draft.links = std::move(links);
}

void check_reach(const Draft& draft, Mistakes& mistakes) {
  for (const DraftLink& link : draft.links) {
    if (can_be_called(draft.sites[link.site[0]]) || can_be_called(draft.sites[link.site[1]])) continue;
    mistakes.error(link.between[0].at,
                   fmt::format("neither \"{}\" nor \"{}\" has an endpoint, so neither can call the "
                               "other; give one of them an endpoint or take the link away",
                               link.between[0].value, link.between[1].value));
  }
  if (mistakes.has_errors()) return;  // a link or site refused above may be what is missing
  std::vector<bool> reached(draft.sites.size(), false);
  for (const std::size_t site : largest_part(draft)) reached[site] = true;
  for (std::size_t i = 0; i < draft.sites.size(); ++i) {
    if (reached[i]) continue;
    mistakes.warn(
        draft.sites[i].at,
        fmt::format("no path reaches {}; link it with a site that carries transit", draft.sites[i].title()));
  }
}

}  // namespace trimtab::mesh
