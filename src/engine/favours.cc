#include "engine/favours.h"

#include <algorithm>
#include <utility>

namespace trimtab::engine {
namespace {

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
  last_read_.clear();
}

// A prefix that has no route just now keeps its favour: it may come back the same way, and until it does a
// favour on nothing changes nothing.
Favours::News Favours::take(MonotonicTime now, const std::vector<bird::PrefixRoutes>& routes,
                            const std::vector<controller::Published>& links) {
  News news;
  Choices read;
  for (const bird::PrefixRoutes& route : routes) {
    if (route.chosen) read[route.prefix] = *route.chosen;
  }
  news.ended = wait(now - read_at_.value_or(now), routes, links);
  read_at_ = now;
  for (const End& end : news.ended) news.changed |= favoured_.erase(end.prefix) > 0;
  for (const auto& [prefix, neighbour] : read) {
    const auto before = last_read_.find(prefix);
    if (before == last_read_.end() || before->second != neighbour || patience_[prefix].over()) continue;
    news.changed |= std::exchange(favoured_[prefix], neighbour) != neighbour;
  }
  last_read_ = std::move(read);
  return news;
}

std::vector<Favours::End> Favours::wait(Duration passed, const std::vector<bird::PrefixRoutes>& routes,
                                        const std::vector<controller::Published>& links) {
  std::vector<End> ended;
  std::map<Prefix, controller::Patience> next;
  for (const bird::PrefixRoutes& route : routes) {
    const auto way = way_of(route);
    if (!way) continue;
    const auto link = std::find_if(links.begin(), links.end(), [&](const controller::Published& one) {
      return one.neighbour == way->neighbour;
    });
    controller::Patience& patience = next[route.prefix] = patience_[route.prefix];
    const bool was_over = patience.over();
    patience.see(passed, *way, link == links.end() ? Ratio{} : link->kept);
    if (!patience.over() || was_over) continue;
    const double cheaper = 1 - static_cast<double>(way->cheapest) / way->cost;
    ended.push_back({route.prefix, way->neighbour, cheaper});
  }
  patience_ = std::move(next);
  return ended;
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
  return patience == patience_.end() ? std::nullopt : patience->second.left();
}

}  // namespace trimtab::engine
