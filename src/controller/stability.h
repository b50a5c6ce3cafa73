// When a link's published value may change (specification §7): hysteresis, hold-down, dwell, boundaries and
// the bound of 30 changes an hour. It owns one link's published value and the reasons that are owed a
// publication.
//
// Under `path` the margin on whole paths is decided where the path is chosen, per prefix; of a link's own
// value only lowering has to dwell.
#pragma once

#include <optional>
#include <set>

#include "controller/decision.h"
#include "controller/token_bucket.h"
#include "mesh/mesh.h"

namespace trimtab::controller {

// What a link would publish if nothing held it back.
struct Target {
  Value value = 0;
  // The least change; absent: the policy's fixed hysteresis.
  std::optional<double> step = {};
  // What keeps a worse, or a better, value from being published whatever it is.
  std::optional<Held> not_worse = {}, not_better = {};
  // What keeps a better one only as long as nothing asks for it but the figures: neither a return, nor the
  // operator, nor that last resort is published.
  std::optional<Held> doubts = {};
};

// The other links, under `score`. Under `path` they do not matter here.
struct Rivals {
  std::optional<Value> best_other;  // highest published preference of the other up links
  // What that link would publish. Two links that each keep the other's margin away would else stand still for
  // ever, the worse one ahead.
  std::optional<Value> best_other_wants = {};
  bool is_better = false;  // this link is the better one now; a tie stays with it
  std::optional<MonotonicTime> reversed_at;
};

struct Publication {
  Value value = 0;
  Reason reason = Reason::step;
};

// At most one of the two while the published value is not the target; neither when it is. Both where `score`
// publishes as much of a change as leaves the better link the better one.
struct Verdict {
  std::optional<Publication> publication;
  std::optional<Held> held;
};

class Stability {
 public:
  Stability(MonotonicTime now, mesh::Policy policy, const mesh::Tuning& tuning);

  Value published() const { return published_; }
  std::optional<MonotonicTime> last_change() const { return last_change_; }
  std::optional<Reason> last_reason() const { return last_reason_; }
  double changes_left(MonotonicTime now) const { return bucket_.tokens(now); }

  // Published by an earlier run. It may have spent part of its changes: half of them are left.
  void restore(MonotonicTime now, Value published, const mesh::Tuning& tuning);
  void retune(MonotonicTime now, const mesh::Tuning& tuning);

  // The next publication needs no hysteresis, whatever else holds it back, and says why. What was owed before
  // keeps its name.
  void owe(Reason reason) { owed_ = owed_.value_or(reason); }
  // Crossed a hard boundary for the worse: where the target is worse than published, nothing holds it back.
  void cross(Reason reason) { crossed_.insert(reason); }
  // Crossed back before it was published.
  void uncross(Reason reason) { crossed_.erase(reason); }
  // The next publication is free of hysteresis, hold-down and dwell: first answer, other policy.
  void release(Reason reason) {
    owed_ = reason;
    released_ = true;
  }
  void forgive() {
    owed_.reset();
    crossed_.clear();
    released_ = false;
  }

  bool crossing() const { return !crossed_.empty(); }
  bool worse(Value a, Value b) const { return policy_ == mesh::Policy::path ? a > b : a < b; }
  // Pure: what is due now, or what holds it back.
  Verdict judge(MonotonicTime now, const Target& target, const Rivals& rivals,
                const mesh::Tuning& tuning) const;
  void publish(MonotonicTime now, const Publication& publication);

 private:
  // Absent: the change is large enough, or owed anyway.
  std::optional<Held> too_small(MonotonicTime now, Value to, std::optional<double> least,
                                const mesh::Tuning& tuning) const;
  Reason reason() const;
  bool follows_figures() const;
  Verdict judge_crossing(MonotonicTime now, Value to) const;
  // How much of the change may be had; all of it where nothing is held.
  struct Share {
    Value value = 0;
    std::optional<Held> held;
  };
  Share hold_path(MonotonicTime now, Value to, const mesh::Tuning& tuning) const;
  Share hold_score(MonotonicTime now, Value to, const Rivals& rivals, const mesh::Tuning& tuning) const;

  mesh::Policy policy_;
  Value published_;
  TokenBucket bucket_;
  std::optional<MonotonicTime> lowered_at_;  // `path`: the cost, last
  std::optional<MonotonicTime> last_change_;
  std::optional<Reason> last_reason_;

  std::optional<Reason> owed_;
  std::set<Reason> crossed_;  // not published yet; the last of them, `down` above all, names the publication
  bool released_ = false;
};

// The hysteresis of the policy: whether `to` differs enough from `from`. `part` of it where less is asked.
bool exceeds_step(Value from, Value to, mesh::Policy policy, const mesh::Tuning& tuning, double part = 1.0);

}  // namespace trimtab::controller
