// When measuring a link speeds up, and when it slows down again. A probe that is answered too slowly, or not
// soon, starts a batch of quick probes beside the running round (two where there was no answer); as long as a
// batch looks no better another one follows, up to a few, and within the allowance. What they prove is the
// controller's to say.
//
// It sees every probe of the link go out and be answered, and says when the next quick one is due. Nothing
// here decides an outcome: that is the ledger's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "probe/allowance.h"
#include "util/units.h"

namespace trimtab::probe {

constexpr int kBatchProbes = 5;

class Suspicion {
 public:
  // `timeout`: after which a probe is lost.
  Suspicion(Allowance allowance, Duration timeout) : allowance_(allowance), timeout_(timeout) {}

  // Answers slower than this are suspicious from now on; absent: nothing is known, and nothing suspicious.
  void expect(std::optional<Milliseconds> limit) { limit_ = limit; }

  // Of probes that go out from now on.
  void set_timeout(Duration timeout) { timeout_ = timeout; }

  // When a quick probe counts as lost that was overtaken: sooner than others, since what it would tell later
  // is no longer news.
  Duration quick_timeout() const;
  Duration timeout() const { return timeout_; }

  // A probe goes out: one of a round, or the one that was due at quick_tick().
  void goes_out(std::uint16_t sequence, bool quick, MonotonicTime now);
  void regular_was_sent() { allowance_.earn(); }
  // Full-size probes draw on the same budget.
  bool may_cost_a_full_size(MonotonicTime now) { return allowance_.take_full_size(now); }
  void was_refused(std::uint16_t sequence);  // by our own kernel: it will not be answered
  void was_answered(std::uint16_t sequence, std::optional<Milliseconds> rtt, MonotonicTime now);

  // Somebody else finds the link suspicious: heard unless it is silent or was suspected in this round.
  void raise(MonotonicTime now);
  // The peer probes quickly: it has seen something that our next probe might see in twelve seconds. Heard
  // once in a round, and not in one in which we were suspicious ourselves: else the two would answer each
  // other.
  void hear_peer(MonotonicTime now);
  void round_ended() { resting_ = was_suspicious_ = false; }
  // We did not run for a while: answers that did not come say nothing.
  void overslept();
  // Judges what has become overdue.
  void advance(MonotonicTime now);

  // When the next quick probe is due; absent: measuring goes at its usual pace.
  std::optional<MonotonicTime> quick_tick() const;
  bool first_of_batch() const { return unsent_ == kBatchProbes; }
  // The due one could not be sent in time: the next one's turn.
  void skip(MonotonicTime now);
  // A regular probe leaves now: the next quick one has a later tick.
  void give_way(MonotonicTime now);

  // When advance() has something to do, or a quick probe is due.
  std::optional<MonotonicTime> next_deadline() const;

 private:
  struct Watched {
    std::uint16_t sequence = 0;
    int batch = 0;  // which one of this suspicion; 0: of a round
    MonotonicTime overdue;
  };

  std::vector<Watched>::iterator find(std::uint16_t sequence);
  void symptom(int batches);
  void settle(MonotonicTime now);
  void close();

  Allowance allowance_;
  Duration timeout_;
  std::optional<Milliseconds> limit_;
  std::vector<Watched> watched_;  // neither answered nor overdue, in the order of their sending
  int silent_ = 0;                // probes overdue in a row
  bool resting_ = false;          // until the running round ends
  bool was_suspicious_ = false;   // in this round
  int wanted_ = 0, begun_ = 0;    // batches of this suspicion
  int unsent_ = 0;                // of the batch that goes out
  MonotonicTime tick_{};          // of its next probe; of what would follow where all have left
};

}  // namespace trimtab::probe
