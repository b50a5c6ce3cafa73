#include "engine/favours.h"

#include <algorithm>
#include <utility>

namespace trimtab::engine {
namespace {

// What was not watched is not held against a route: BIRD was away, or the machine asleep.
constexpr Duration kMostPassed = std::chrono::minutes{1};

// How its neighbours' offers stand, of a prefix that goes through one of them.
std::optional<controller::Patience::Way> way_of(const bird::PrefixRoutes& route) {
  controller::Patience::Way way{.neighbour = route.chosen.value_or(0), .cheapest = controller::kLastResort};
  bool offered = false;
  for (const bird::Offer& offer : route.offers) {
    way.cheapest = offered ? std::min(way.cheapest, offer.cost) : offer.cost;
    offered = true;
    if (offer.neighbour == route.chosen) way.cost = offer.cost;
  }
  return way.cost > 0 ? std::optional(way) : std::nullopt;
}

}  // namespace

void Favours::restore(const std::vector<bird::Favour>& favours) {
  for (const bird::Favour& favour : favours) {
    for (const Prefix& prefix : favour.prefixes) favoured_[prefix] = favour.neighbour;
  }
}

void Favours::keep(const mesh::Mesh& mesh, mesh::SiteId self) {
  const auto is_lan = [&](const Prefix& prefix) {
    return std::any_of(mesh.sites.begin(), mesh.sites.end(), [&](const mesh::Site& site) {
      return std::find(site.lan.begin(), site.lan.end(), prefix) != site.lan.end();
    });
  };
  const auto links = mesh.links_of(self);
  const auto is_neighbour = [&](mesh::SiteId id) {
    return std::any_of(links.begin(), links.end(),
                       [&](const mesh::Link* link) { return link->peer(self).site == id; });
  };
  std::erase_if(favoured_, [&](const auto& one) { return !is_lan(one.first) || !is_neighbour(one.second); });
  std::erase_if(patience_, [&](const auto& one) { return !is_lan(one.first); });
  last_read_.clear();
}

// A prefix that has no route just now keeps its favour, and what staying has cost: it may come back the same
// way, and until it does a favour on nothing changes nothing.
Favours::News Favours::take(MonotonicTime now, const std::vector<bird::PrefixRoutes>& routes,
                            const std::vector<controller::Published>& links) {
  News news;
  const Duration passed = std::min(now - read_at_.value_or(now), kMostPassed);
  read_at_ = now;
  Choices read;
  for (const bird::PrefixRoutes& route : routes) {
    if (!route.chosen) continue;
    const mesh::SiteId neighbour = read[route.prefix] = *route.chosen;
    const auto before = last_read_.find(route.prefix);
    if (before == last_read_.end() || before->second != neighbour) continue;
    if (const auto end = wait(passed, route, links)) {
      news.changed |= favoured_.erase(route.prefix) > 0;
      news.ended.push_back(*end);
    }
    const auto patience = patience_.find(route.prefix);
    if (patience != patience_.end() && patience->second.over(neighbour)) continue;
    news.changed |= std::exchange(favoured_[route.prefix], neighbour) != neighbour;
  }
  last_read_ = std::move(read);
  return news;
}

std::optional<Favours::End> Favours::wait(Duration passed, const bird::PrefixRoutes& route,
                                          const std::vector<controller::Published>& links) {
  const auto way = way_of(route);
  if (!way) return std::nullopt;
  const auto link = std::find_if(links.begin(), links.end(),
                                 [&](const auto& one) { return one.neighbour == way->neighbour; });
  controller::Patience& patience = patience_[route.prefix];
  const bool changed = patience.see(passed, *way, link == links.end() ? Ratio{} : link->kept);
  if (!changed || !patience.over(way->neighbour)) return std::nullopt;
  return End{route.prefix, way->neighbour, way->cheaper()};
}

std::vector<Prefix> Favours::through(mesh::SiteId neighbour) const {
  std::vector<Prefix> prefixes;
  for (const auto& [prefix, favoured] : favoured_) {
    if (favoured == neighbour) prefixes.push_back(prefix);
  }
  return prefixes;
}

std::optional<Duration> Favours::ends_in(const Prefix& prefix) const {
  const auto patience = patience_.find(prefix);
  return patience == patience_.end() || !favoured_.contains(prefix) ? std::nullopt : patience->second.left();
}

}  // namespace trimtab::engine
