#include "sim/told.h"

#include <cmath>

namespace trimtab::sim {

void tell(PathVector& network, Site site, const std::vector<controller::Published>& links) {
  // As the routes are before anything changes: the file that says new costs still favours the present way.
  std::vector<std::optional<Site>> through;
  for (Site destination = 0; destination < network.sites(); ++destination)
    through.push_back(network.chosen(site, destination));
  std::vector<Value> favour(network.sites(), 0);
  for (const controller::Published& link : links) {
    network.set_cost(site, site_of(link.neighbour), link.value);
    favour[site_of(link.neighbour)] = controller::per_mille(link.margin);
  }
  for (Site destination = 0; destination < network.sites(); ++destination) {
    const auto& neighbour = through[destination];
    if (neighbour) network.set_favour(site, destination, *neighbour, favour[*neighbour]);
  }
}

}  // namespace trimtab::sim
