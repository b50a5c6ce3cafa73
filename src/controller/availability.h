// Whether a link may be used: down, earning, up (specification §5). It owns drops and the time that a return
// has to earn; what the link is worth is none of its business.
#pragma once

#include <optional>

#include "controller/decision.h"

namespace trimtab::controller {

class Availability {
 public:
  // What just happened to the standing.
  enum class Turn : std::uint8_t {
    none,
    first_answer,  // unmeasured until now
    dropped,
    answering_again,  // was silent: what was estimated before says nothing about now
    returned          // has earned its cost back
  };

  // The constants of the mesh file and the pace of this link's rounds.
  struct Rules {
    Duration earned_return{};
    Duration earned_return_limit{};  // of the doubling, and how long drops are remembered
    Duration silence{};              // longer without a finished round is a gap: it earns nothing
  };

  Standing standing() const { return standing_; }
  const Condition& condition() const { return condition_; }
  std::optional<Drop> drop() const { return drop_; }

  // From an earlier run: usable until its probes fail, or at last resort with a return to earn.
  void restore(bool usable);

  Turn round(MonotonicTime now, const LastRound& round, const Rules& rules);
  Turn condition_changed(MonotonicTime now, const Condition& condition, const Rules& rules);
  Turn advance(MonotonicTime now, const Rules& rules);  // at earned_at() or later

  // While earning: when it will have earned its cost, if nothing happens until then.
  std::optional<MonotonicTime> earned_at(const Rules& rules) const;
  // Good time that is still missing: while earning the rest, while down all of it.
  Duration to_earn(MonotonicTime now, const Rules& rules) const;
  int drops(MonotonicTime now, const Rules& rules) const;

 private:
  Turn round_lost(MonotonicTime now, const Rules& rules);
  Turn round_answered(MonotonicTime now, const Rules& rules);
  Turn fall(MonotonicTime now, Drop drop, const Rules& rules);
  void begin_earning(MonotonicTime now);
  bool gap(MonotonicTime now, const Rules& rules) const { return now - answered_at_ > rules.silence; }
  Duration price(const Rules& rules) const;  // good time after the latest drop

  Standing standing_ = Standing::unmeasured;
  Condition condition_;
  std::optional<Drop> drop_;

  int lost_in_a_row_ = 0;        // probes
  bool answering_ = false;       // the latest round had an answer
  bool silent_ = false;          // since the drop: answers will come from what may be another path
  MonotonicTime answered_at_{};  // the latest round with an answer

  int drops_ = 0;  // each within the memory of the one before
  std::optional<MonotonicTime> dropped_at_;
  MonotonicTime earning_since_{};
  bool proven_ = false;  // a round was answered since then
};

}  // namespace trimtab::controller
