#include "engine/favours.h"

#include <algorithm>
#include <utility>

namespace trimtab::engine {

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
bool Favours::take(const std::vector<bird::PrefixRoutes>& routes) {
  Choices read;
  for (const bird::PrefixRoutes& route : routes) {
    if (route.chosen) read[route.prefix] = *route.chosen;
  }
  bool moved = false;
  for (const auto& [prefix, neighbour] : read) {
    const auto before = last_read_.find(prefix);
    if (before == last_read_.end() || before->second != neighbour) continue;
    moved |= std::exchange(favoured_[prefix], neighbour) != neighbour;
  }
  last_read_ = std::move(read);
  return moved;
}

std::vector<Prefix> Favours::through(mesh::SiteId neighbour) const {
  std::vector<Prefix> prefixes;
  for (const auto& [prefix, favoured] : favoured_) {
    if (favoured == neighbour) prefixes.push_back(prefix);
  }
  return prefixes;
}

}  // namespace trimtab::engine
