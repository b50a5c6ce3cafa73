#include "sim/experiment.h"

#include <algorithm>

namespace trimtab::sim {
namespace {

// As many as a plot has room for.
constexpr int kLooks = 240;
constexpr Duration kClosest = std::chrono::seconds{1};
constexpr Duration kQuiet = std::chrono::seconds{10};

// Where neither costs nor choices have changed, the last look holds.
class Watcher {
 public:
  const Charge& look(const Simulation& simulation) {
    Costs costs = simulation.costs();
    if (!charge_ || costs != costs_ || moves_ != simulation.moves().size()) {
      costs_ = std::move(costs);
      moves_ = simulation.moves().size();
      charge_ = charge(simulation.network(), costs_);
    }
    return *charge_;
  }

 private:
  std::optional<Charge> charge_;
  Costs costs_;
  std::size_t moves_ = 0;
};

Look look_of(const Charge& charge, Duration at, const std::optional<std::pair<Site, Site>>& watch) {
  if (!watch) {
    if (charge.counted == 0) return {.at = at};
    const auto pairs = static_cast<double>(charge.counted);
    return {at, charge.along / pairs, charge.best / pairs};
  }
  const auto pair = std::find_if(charge.pairs.begin(), charge.pairs.end(), [&](const Charge::Pair& one) {
    return one.from == watch->first && one.to == watch->second;
  });
  return {at, pair->along, pair->best};
}

struct Sums {
  double along = 0, best = 0;
  std::size_t counted = 0, broken = 0;

  void add(const Charge& charge) {
    along += charge.along;
    best += charge.best;
    counted += charge.counted;
    broken += charge.broken;
  }
};

template <typename Happened, typename Counts>
double after(Duration warm_up, const std::vector<Happened>& all, Counts counts) {
  return static_cast<double>(std::count_if(
      all.begin(), all.end(), [&](const Happened& one) { return one.at >= warm_up && counts(one); }));
}

}  // namespace

Findings observe(Simulation& simulation, const Plan& plan) {
  const Duration step = std::max(plan.duration / kLooks, kClosest), warm_up = plan.duration / kWarmUpPart;
  Findings found;
  Watcher watcher;
  Sums sums;
  for (Duration at = std::min(step, plan.duration);; at = std::min(at + step, plan.duration)) {
    simulation.run(at);
    const Charge& charge = watcher.look(simulation);
    found.looks.push_back(look_of(charge, at, plan.watch));
    if (at > warm_up) sums.add(charge);
    if (plan.progress) plan.progress(std::chrono::duration<double>(at) / plan.duration);
    if (at == plan.duration) break;
  }
  const Charge& end = watcher.look(simulation);
  found.settled = simulation.quiet_for(std::min(kQuiet, plan.duration / 4));
  found.stretch = stretch_of(end);
  found.unreachable_pairs = end.unreachable;
  found.broken_pairs = end.broken;
  if (sums.best > 0) found.cost_ratio = sums.along / sums.best;
  if (sums.counted + sums.broken > 0)
    found.broken_share = static_cast<double>(sums.broken) / static_cast<double>(sums.counted + sums.broken);
  const double hours = std::chrono::duration<double, std::ratio<3600>>(plan.duration - warm_up).count();
  const auto sites = static_cast<double>(simulation.topology().sites.size());
  const auto directions = 2 * static_cast<double>(simulation.topology().links.size());
  found.changes_per_hour_pair = after(warm_up, simulation.moves(),
                                      [](const SimulatedMove& one) { return one.move.from && one.move.to; }) /
                                (hours * sites * (sites - 1));
  found.published_per_hour_link =
      after(warm_up, simulation.decisions(), [](const SimulatedDecision&) { return true; }) /
      (hours * std::max(directions, 1.0));
  return found;
}

}  // namespace trimtab::sim
