// Which prefixes go through which neighbour, as BIRD's routes say: what the metrics file favours. A favour
// follows a choice only once two readings agree on it: while routes still move it stays where it is
// (docs/convergence.md says why).
#pragma once

#include <map>
#include <vector>

#include "bird/metrics_file.h"
#include "bird/routes_reading.h"

namespace trimtab::engine {

class Favours {
 public:
  // What an earlier run had in its metrics file.
  void restore(const std::vector<bird::Favour>& favours);

  // What is no longer in the mesh is forgotten.
  void keep(const mesh::Mesh& mesh, mesh::SiteId self);

  // A reading of BIRD's routes. Says whether a favour moved.
  bool take(const std::vector<bird::PrefixRoutes>& routes);

  // In order.
  std::vector<Prefix> through(mesh::SiteId neighbour) const;

 private:
  using Choices = std::map<Prefix, mesh::SiteId>;

  Choices favoured_;
  Choices last_read_;
};

}  // namespace trimtab::engine
