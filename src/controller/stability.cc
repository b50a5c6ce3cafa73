#include "controller/stability.h"

#include <algorithm>
#include <cmath>

namespace trimtab::controller {
namespace {

// One token for any change, and one that stays behind for a boundary.
constexpr int kTokensForChange = 2;
constexpr int kTokensForBoundary = 1;

TokenBucket make_bucket(MonotonicTime now, const mesh::Tuning& tuning, int tokens) {
  const int burst = std::max(tuning.publish_burst, kTokensForChange);
  return {now, burst, std::max(tuning.publish_refill, Duration{1}), tokens};
}

}  // namespace

bool exceeds_step(Value from, Value to, mesh::Policy policy, const mesh::Tuning& tuning, double part) {
  constexpr double kRounding = 1e-9;  // 10 % of 30 is a little more than 3 in binary
  const double difference = std::fabs(static_cast<double>(to) - static_cast<double>(from)) + kRounding;
  if (policy == mesh::Policy::score) return difference >= part * tuning.score_step;
  return difference >= part * tuning.cost_step.value * from &&
         difference >= part * tuning.cost_step_floor.count() * kValuesPerMillisecond;
}

Stability::Stability(MonotonicTime now, mesh::Policy policy, const mesh::Tuning& tuning)
    : policy_(policy),
      published_(last_resort(policy)),
      bucket_(make_bucket(now, tuning, tuning.publish_burst)) {}

void Stability::restore(MonotonicTime now, Value published, const mesh::Tuning& tuning) {
  published_ = published;
  lowered_at_ = now;  // when it really was nobody knows: the later, the calmer
  bucket_ = make_bucket(now, tuning, std::max(tuning.publish_burst / 2, kTokensForChange));
}

void Stability::retune(MonotonicTime now, const mesh::Tuning& tuning) {
  bucket_ = make_bucket(now, tuning, static_cast<int>(bucket_.tokens(now)));
}

Verdict Stability::judge(MonotonicTime now, const Target& target, const Rivals& rivals,
                         const mesh::Tuning& tuning) const {
  if (target.value == published_) return {};
  const bool worsens = worse(target.value, published_);
  if (!crossed_.empty() && worsens) return judge_crossing(now, target.value);
  if (const auto& held = worsens ? target.not_worse : target.not_better) return {.held = held};

  const auto small = owed_ ? std::nullopt : too_small(now, target.value, target.step, tuning);
  if (small) return {.held = small};
  if (!worsens && target.doubts && follows_figures()) return {.held = target.doubts};

  Share share{.value = target.value};
  if (!released_) {
    share = policy_ == mesh::Policy::path ? hold_path(now, target.value, tuning)
                                          : hold_score(now, target.value, rivals, tuning);
  }
  if (share.value == published_ || (share.held && !owed_ && too_small(now, share.value, target.step, tuning)))
    return {.held = share.held};
  if (!bucket_.has(now, kTokensForChange)) {
    return {.held = Held{Holding::budget, bucket_.free_at(kTokensForChange)}};
  }
  return {.publication = Publication{share.value, reason()}, .held = share.held};
}

// The fewer changes are left in this hour, the more each has to be worth: a wild link spends them on its
// largest steps instead of standing still with the wrong value once they are gone.
std::optional<Held> Stability::too_small(MonotonicTime now, Value to, std::optional<double> least,
                                         const mesh::Tuning& tuning) const {
  const Held hysteresis{Holding::hysteresis, {}};
  if (!least) return exceeds_step(published_, to, policy_, tuning) ? std::nullopt : std::optional(hysteresis);
  const double difference = std::fabs(static_cast<double>(to) - static_cast<double>(published_));
  if (difference < *least) return hysteresis;
  // Its step is the least one times `spare` / (what is left of that): so much has to be left for this change.
  const double spare = std::max(tuning.publish_burst, kTokensForChange) - kTokensForBoundary;
  const MonotonicTime enough =
      bucket_.free_at(kTokensForBoundary + spare * *least / std::max(difference, 1.0));
  return now >= enough ? std::nullopt : std::optional(Held{Holding::budget, enough});
}

bool Stability::follows_figures() const {
  const bool asked = released_ || owed_ == Reason::returned || owed_ == Reason::settings;
  return !asked && published_ != last_resort(policy_);
}

Reason Stability::reason() const {
  if (last_reason_ == Reason::budget_spent) return Reason::budget_refilled;
  return owed_.value_or(Reason::step);
}

Verdict Stability::judge_crossing(MonotonicTime now, Value to) const {
  const Reason crossing = *crossed_.rbegin();
  if (bucket_.has(now, kTokensForChange)) return {.publication = Publication{to, crossing}};
  // The last token. There is none left for the way back, so it must be worth the wait.
  if (bucket_.has(now, kTokensForBoundary)) {
    const Reason why = crossing == Reason::down ? Reason::down : Reason::budget_spent;
    return {.publication = Publication{last_resort(policy_), why}};
  }
  return {.held = Held{Holding::budget, bucket_.free_at(kTokensForChange)}};
}

Stability::Share Stability::hold_path(MonotonicTime now, Value to, const mesh::Tuning& tuning) const {
  if (to > published_ || !lowered_at_) return {.value = to};
  const MonotonicTime until = *lowered_at_ + tuning.dwell;
  if (now >= until) return {.value = to};
  return {.value = published_, .held = Held{Holding::dwell, until}};
}

Stability::Share Stability::hold_score(MonotonicTime now, Value to, const Rivals& rivals,
                                       const mesh::Tuning& tuning) const {
  if (!rivals.best_other) return {.value = to};
  const Value other = *rivals.best_other;
  // Equal preference hands the choice to AS-path length: a tie is a reversal already.
  if (rivals.is_better ? to > other : to < other) return {.value = to};
  const Value wants = rivals.best_other_wants.value_or(other);
  const Value lead = rivals.is_better ? std::max(other, wants) - to : to - std::min(other, wants);
  const bool enough = lead >= static_cast<Value>(std::max(tuning.score_margin, 0));
  const auto until = rivals.reversed_at ? std::optional(*rivals.reversed_at + tuning.dwell) : std::nullopt;
  if (enough && (!until || now >= *until)) return {.value = to};
  const Held held = enough ? Held{Holding::dwell, until} : Held{Holding::hold_down, {}};
  // One step short of the reversal, and never away from the target.
  const Value short_of = rivals.is_better ? std::min(other + 1, published_)
                                          : std::max({other - 1, kLowestPreference, published_});
  return {.value = rivals.is_better ? short_of : std::min(short_of, to), .held = held};
}

void Stability::publish(MonotonicTime now, const Publication& publication) {
  if (policy_ == mesh::Policy::path && publication.value < published_) lowered_at_ = now;
  published_ = publication.value;
  last_change_ = now;
  last_reason_ = publication.reason;
  bucket_.take(now);
  forgive();
}

}  // namespace trimtab::controller
