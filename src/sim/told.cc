#include "sim/told.h"

namespace trimtab::sim {

Told::News Told::look(MonotonicTime now, const PathVector& network,
                      const std::vector<controller::Published>& links) {
  const Duration passed = last_look_ ? now - *last_look_ : Duration{};
  last_look_ = now;
  patience_.resize(network.sites());
  std::vector<Ratio> kept(network.sites());
  for (const controller::Published& link : links) kept[site_of(link.neighbour)] = link.kept;
  News news;
  for (Site destination = 0; destination < network.sites(); ++destination) {
    const auto neighbour = network.chosen(site_, destination);
    if (!neighbour) continue;
    const controller::Patience::Way way{.neighbour = id_of(*neighbour),
                                        .cost = *network.sum(site_, destination),
                                        .cheapest = *network.cheapest(site_, destination)};
    controller::Patience& patience = patience_[destination];
    if (!patience.see(passed, way, kept[*neighbour])) continue;
    news.changed = true;
    if (patience.over(way.neighbour)) news.ended.push_back({destination, *neighbour, way.cheaper()});
  }
  return news;
}

void Told::tell(PathVector& network, const std::vector<controller::Published>& links) const {
  // As the routes are before anything changes: the file that says new costs still favours the present way.
  std::vector<std::optional<Site>> through;
  for (Site destination = 0; destination < network.sites(); ++destination)
    through.push_back(network.chosen(site_, destination));
  std::vector<Value> favour(network.sites(), 0);
  for (const controller::Published& link : links) {
    network.set_cost(site_, site_of(link.neighbour), link.value);
    favour[site_of(link.neighbour)] = controller::per_mille(link.margin);
  }
  for (Site destination = 0; destination < network.sites(); ++destination) {
    const auto& neighbour = through[destination];
    if (!neighbour) continue;
    const bool over = destination < patience_.size() && patience_[destination].over(id_of(*neighbour));
    network.set_favour(site_, destination, *neighbour, over ? 0 : favour[*neighbour]);
  }
}

}  // namespace trimtab::sim
