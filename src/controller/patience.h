// For how long a margin keeps a route on a way that another undercuts. Noise crosses the margin's width and
// returns; what stays inside it is a difference for good, and somebody pays it. So what staying costs is
// added up, and at three minutes' worth of the whole path the margin ends, until the route has moved:
//
//   R += (e − k)·Δt, R ≥ 0, over at R ≥ 180 s     e = (chosen − cheapest) / chosen
//
// k is what the margin keeps for good. That is a one-sided cumulative sum (E. S. Page, Continuous inspection
// schemes, Biometrika 41, 1954), and to pay at most about as much for staying as for a move is the rule of
// ski rental (A. Karlin et al., Competitive snoopy caching, Algorithmica 3, 1988). docs/steering.md has the
// figures. One for each route.
#pragma once

#include <optional>

#include "controller/cost.h"
#include "controller/decision.h"
#include "util/units.h"

namespace trimtab::controller {

class Patience {
 public:
  struct Way {
    SiteId neighbour = 0;  // that is chosen
    Value cost = 0;        // of the whole path through it, without its margin
    Value cheapest = 0;    // of any, it included

    // By this share of its cost; nothing where it is the cheapest.
    Ratio cheaper() const {
      return cost > cheapest ? Ratio{static_cast<double>(cost - cheapest) / cost} : Ratio{};
    }
  };
  // The route has been as `way` says for `passed`. `kept`: Published. True: whether it is over for this
  // neighbour is another answer than before.
  bool see(Duration passed, const Way& way, Ratio kept);

  // The margin of a route through this neighbour is to be left out: until it was seen on another, or nothing
  // is cheaper any more.
  bool over(SiteId neighbour) const { return neighbour_ == neighbour && is_over(); }
  // When it would end if all stayed as it is. Absent: never, or it has ended.
  std::optional<Duration> left() const;

 private:
  bool is_over() const;

  std::optional<SiteId> neighbour_;
  double regret_s_ = 0;
  double rate_ = 0;  // by which that grew when last seen
};

}  // namespace trimtab::controller
