#include "controller/availability.h"

#include <algorithm>

namespace trimtab::controller {
namespace {

// Five in a row: at 5 % loss an accident of one in three million probes, and one whole round at the default
// pace.
constexpr int kLostInARow = 5;

}  // namespace

void Availability::restore(bool usable) {
  standing_ = usable ? Standing::up : Standing::down;
  answering_ = false;
  silent_ = true;
  if (!usable) drop_ = Drop::restart;
}

Availability::Turn Availability::round(MonotonicTime now, const LastRound& round, const Rules& rules) {
  if (round.answered + round.late + round.lost == 0) return Turn::none;
  lost_in_a_row_ = round.lost_at_end + (round.answered + round.late == 0 ? lost_in_a_row_ : 0);
  if (round.answered + round.late == 0) return round_lost(now, rules);
  // Answers that are all late give no RTT: not lost, and not enough to begin with.
  return round.answered > 0 ? round_answered(now, rules) : Turn::none;
}

Availability::Turn Availability::round_lost(MonotonicTime now, const Rules& rules) {
  answering_ = false;
  if (lost_in_a_row_ >= kLostInARow) {
    if (standing_ == Standing::up || standing_ == Standing::earning) return fall(now, Drop::probes, rules);
    silent_ = true;
  }
  if (standing_ == Standing::earning) begin_earning(now);
  return Turn::none;
}

Availability::Turn Availability::round_answered(MonotonicTime now, const Rules& rules) {
  const bool after_gap = gap(now, rules);
  answering_ = true;
  answered_at_ = now;
  switch (standing_) {
    case Standing::unmeasured:
      standing_ = Standing::up;
      silent_ = false;
      return Turn::first_answer;
    case Standing::up:
      break;
    case Standing::earning:
      if (after_gap) begin_earning(now);
      proven_ = true;
      break;
    case Standing::down:
      if (condition_.good()) begin_earning(now);
      break;
  }
  const bool again = silent_ && standing_ != Standing::up;
  silent_ = false;
  return again ? Turn::answering_again : Turn::none;
}

Availability::Turn Availability::condition_changed(MonotonicTime now, const Condition& condition,
                                                   const Rules& rules) {
  const Condition before = condition_;
  condition_ = condition;
  std::optional<Drop> drop;
  if (before.session_established && !condition.session_established) drop = Drop::session;
  if (before.bfd_up && !condition.bfd_up) drop = Drop::bfd;
  if (before.sendable && !condition.sendable) drop = Drop::local;
  if (before.interface_up && !condition.interface_up) drop = Drop::interface;
  if (drop && (standing_ == Standing::up || standing_ == Standing::earning)) return fall(now, *drop, rules);
  if (drop == Drop::interface || drop == Drop::local) {
    answering_ = false;
    silent_ = true;
  }
  if (standing_ == Standing::down && answering_ && condition.good()) begin_earning(now);
  return Turn::none;
}

Availability::Turn Availability::advance(MonotonicTime now, const Rules& rules) {
  const auto earned = earned_at(rules);
  if (!earned || now < *earned || !proven_ || gap(now, rules)) return Turn::none;
  standing_ = Standing::up;
  drop_.reset();
  return Turn::returned;
}

Availability::Turn Availability::fall(MonotonicTime now, Drop drop, const Rules& rules) {
  drops_ = drops(now, rules) + 1;
  dropped_at_ = now;
  standing_ = Standing::down;
  drop_ = drop;
  // A session or BFD may fail while probes go on: what they say stays true. Without an interface, or without
  // answers, nothing is known of what comes after.
  if (drop == Drop::probes || drop == Drop::interface || drop == Drop::local) {
    answering_ = false;
    silent_ = true;
  }
  return Turn::dropped;
}

void Availability::begin_earning(MonotonicTime now) {
  standing_ = Standing::earning;
  earning_since_ = now;
  proven_ = false;
}

int Availability::drops(MonotonicTime now, const Rules& rules) const {
  return dropped_at_ && now - *dropped_at_ < rules.earned_return_limit ? drops_ : 0;
}

Duration Availability::price(const Rules& rules) const {
  Duration price = rules.earned_return;
  for (int i = 1; i < drops_ && price < rules.earned_return_limit; ++i) price *= 2;
  return std::max(rules.earned_return, std::min(price, rules.earned_return_limit));
}

std::optional<MonotonicTime> Availability::earned_at(const Rules& rules) const {
  if (standing_ != Standing::earning) return std::nullopt;
  const MonotonicTime in_full = earning_since_ + price(rules);
  if (!dropped_at_) return earning_since_ + rules.earned_return;
  // Once the drops are forgotten, so is the doubling.
  const MonotonicTime forgotten = *dropped_at_ + rules.earned_return_limit;
  return std::min(in_full, std::max(forgotten, earning_since_ + rules.earned_return));
}

Duration Availability::to_earn(MonotonicTime now, const Rules& rules) const {
  if (const auto earned = earned_at(rules)) return std::max(Duration{0}, *earned - now);
  if (standing_ != Standing::down) return Duration{0};
  return drops(now, rules) > 0 ? price(rules) : rules.earned_return;
}

}  // namespace trimtab::controller
