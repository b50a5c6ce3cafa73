// What a site's daemon tells its BIRD, in the model: published costs, and for every destination a favour on
// the neighbour that it goes through now, while patience with that lasts.
#pragma once

#include <optional>
#include <vector>

#include "controller/decision.h"
#include "controller/patience.h"
#include "sim/path_vector.h"

namespace trimtab::sim {

// Controllers know sites by ids, which begin at 1.
inline controller::SiteId id_of(Site site) {
  return site + 1;
}
inline Site site_of(controller::SiteId id) {
  return id - 1;
}

// One site's daemon.
class Told {
 public:
  explicit Told(Site site) : site_(site) {}

  struct End {
    Site destination = 0;
    Site neighbour = 0;  // that it was on
    Ratio cheaper;       // by this share of its cost is another way
  };
  struct News {
    bool changed = false;    // a favour has ended or is on again, which is to be told
    std::vector<End> ended;  // those
  };
  // Looks at the routes, as they have been since the last look.
  News look(MonotonicTime now, const PathVector& network, const std::vector<controller::Published>& links);
  std::optional<MonotonicTime> last_look() const { return last_look_; }

  void tell(PathVector& network, const std::vector<controller::Published>& links) const;

 private:
  Site site_;
  std::vector<controller::Patience> patience_;  // by destination
  std::optional<MonotonicTime> last_look_;
};

}  // namespace trimtab::sim
