#include "engine/favours.h"

#include <utility>

namespace trimtab::engine {

void Favours::restore(const std::vector<bird::Favour>& favours) {
  for (const bird::Favour& favour : favours) {
    for (const Prefix& prefix : favour.prefixes) favoured_[prefix] = favour.neighbour;
  }
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
