// Which prefixes go through which neighbour, as BIRD's routes say: what the metrics file favours. A favour
// follows a choice only once two readings agree on it: while routes still move it stays where it is
// (docs/convergence.md says why). It ends where patience does (controller/patience.h).
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "bird/metrics_file.h"
#include "bird/routes_reading.h"
#include "controller/decision.h"
#include "controller/patience.h"

namespace trimtab::engine {

class Favours {
 public:
  // What an earlier run had in its metrics file.
  void restore(const std::vector<bird::Favour>& favours);

  // What is no longer in the mesh is forgotten.
  void keep(const mesh::Mesh& mesh, mesh::SiteId self);

  struct End {
    Prefix prefix;
    mesh::SiteId neighbour = 0;  // that it was on
    Ratio cheaper;               // by this share of its cost is another way
  };
  struct News {
    bool changed = false;  // what through() says
    std::vector<End> ended;
  };
  // A reading of BIRD's routes, and what BIRD is to be told of the links.
  News take(MonotonicTime now, const std::vector<bird::PrefixRoutes>& routes,
            const std::vector<controller::Published>& links);

  // In order.
  std::vector<Prefix> through(mesh::SiteId neighbour) const;

  // After which time the favour will end, as things are; absent where it will not.
  std::optional<Duration> ends_in(const Prefix& prefix) const;

 private:
  using Choices = std::map<Prefix, mesh::SiteId>;

  std::optional<End> wait(Duration passed, const bird::PrefixRoutes& route,
                          const std::vector<controller::Published>& links);

  Choices favoured_;
  Choices last_read_;
  std::map<Prefix, controller::Patience> patience_;
  std::optional<MonotonicTime> read_at_;
};

}  // namespace trimtab::engine
