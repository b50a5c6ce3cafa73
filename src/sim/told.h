// What a site's daemon tells its BIRD, in the model: published costs, and for every destination a favour on
// the neighbour that it goes through now.
#pragma once

#include "controller/decision.h"
#include "sim/path_vector.h"

namespace trimtab::sim {

// Controllers know sites by ids, which begin at 1.
inline controller::SiteId id_of(Site site) {
  return site + 1;
}
inline Site site_of(controller::SiteId id) {
  return id - 1;
}

void tell(PathVector& network, Site site, const std::vector<controller::Published>& links);

}  // namespace trimtab::sim
