// One link of the controller: joins its estimate, loss, boundaries, availability and stability. It knows
// nothing of other links but the Rivals that it is handed.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "controller/availability.h"
#include "controller/believed_loss.h"
#include "controller/boundary.h"
#include "controller/decision.h"
#include "controller/estimator.h"
#include "controller/level_shift.h"
#include "controller/own_load.h"
#include "controller/stability.h"
#include "controller/steady.h"

namespace trimtab::controller {

class Link {
 public:
  Link(const Settings& settings, const LinkSettings& own, MonotonicTime now);

  SiteId neighbour() const { return own_.neighbour; }
  Value published() const { return stability_.published(); }
  bool up() const { return availability_.standing() == Standing::up; }
  // Something for the worse is to be published at once.
  bool urgent() const { return stability_.crossing(); }

  // False, and nothing done: the policy has no such value.
  bool restore(MonotonicTime now, Value published, const Settings& settings);
  // `before` are the settings until now.
  void reconfigure(MonotonicTime now, const Settings& before, const Settings& settings,
                   const LinkSettings& own);

  void round(MonotonicTime now, const Sample& sample, const Settings& settings);
  void throughput(MonotonicTime now, const ThroughputSample& sample, const Settings& settings);
  void condition_changed(MonotonicTime now, const Condition& condition, const Settings& settings);
  void advance(MonotonicTime now, const Settings& settings);  // what time alone brings about

  // Publishes what is due, or notes when it will be.
  std::optional<Decision> decide(MonotonicTime now, const Settings& settings, const Rivals& rivals);
  // When to decide again although nothing happens; later than the last decide().
  std::optional<MonotonicTime> due() const { return due_; }

  // What other links publish keeps it from its target, or could: to be asked again when that changes.
  bool minds_rivals() const { return minds_rivals_; }

  // What it would publish if stability did not hold it back; absent while it is not up.
  std::optional<Value> wants(MonotonicTime now, const Settings& settings) const;
  // Of its cost without loss, of a link that is up, under `path` with the steady estimate; absent otherwise.
  std::optional<Ratio> noise(const Settings& settings) const;
  // The site's own traffic makes it slow: by this share of what is published, or 0. And was left, when that
  // traffic had made it slow.
  Ratio added_by_own_load(const Settings& settings) const;
  bool left_by_own_load(MonotonicTime now) const { return up() && own_load_.was_left(now); }
  bool is_young() const { return steady_.is_young(); }
  bool suspects() const { return up() && steady_.suspects(); }
  std::optional<Milliseconds> suspicious_above() const { return steady_.suspicious_above(); }

  std::optional<Shift> take_shift() { return std::exchange(shift_, std::nullopt); }

  LinkView view(MonotonicTime now, const Settings& settings, const Rivals& rivals) const;

  // Kept for the controller: in its list of links to look at.
  bool touched = false;

 private:
  Availability::Rules rules(const Settings& settings) const;
  std::optional<Figures> figures(const Settings& settings) const;
  std::optional<Value> computed(const Settings& settings) const;
  std::optional<Value> returning(MonotonicTime now, const Settings& settings) const;
  Rate assumed_bandwidth() const { return own_.bandwidth.value_or(kReferenceBandwidth); }
  std::optional<Target> target(MonotonicTime now, const Settings& settings) const;
  std::optional<Held> held(MonotonicTime now, const Settings& settings, const Rivals& rivals) const;
  void turn(MonotonicTime now, Availability::Turn turn, const Settings& settings);
  void drop(MonotonicTime now, const Settings& settings);
  void start_anew();
  void quick_round(MonotonicTime now, const Sample& sample, const LastRound& round, const Settings& settings);
  bool waits_for_a_spell(const Settings& settings) const;
  std::optional<Milliseconds> rtt(const Settings& settings) const;
  std::optional<Milliseconds> mean(const Settings& settings) const;  // where noise counts; absent otherwise
  double share_of_rtt(Milliseconds mean, const Settings& settings) const;  // in the cost without loss
  std::optional<double> step(const Settings& settings) const;  // the least that is published, in values
  void check_boundaries(const LastRound& round, const Settings& settings);
  void check_settled(const Settings& settings);
  LossView loss_view() const;

  LinkSettings own_;
  Availability availability_;
  RttEstimate rtt_;
  SteadyEstimate steady_;
  LevelShifts levels_;
  std::optional<Shift> shift_;  // not taken yet
  BandwidthEstimate bandwidth_;
  OwnLoad own_load_;
  std::optional<Value> before_drop_;  // published, of a link that its own load had made slow
  BelievedLoss loss_;
  LossBoundary loss_boundary_;
  RttBoundary rtt_boundary_;
  Stability stability_;
  std::optional<LastRound> last_round_;
  std::optional<LastRound> quick_round_;  // the latest batch of quick probes, until its load is known
  bool restored_ = false;                 // published by an earlier run, not yet contradicted by fresh probes
  std::optional<MonotonicTime> due_;
  bool minds_rivals_ = false;
};

}  // namespace trimtab::controller
