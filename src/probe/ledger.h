// The probes of one link from plan to outcome: each is answered at most once, by the one packet that knows
// its number, its nonce and the peer's address; what comes late, twice or from a stranger is counted and
// changes nothing. Rounds are handed on in order, each when the fate of all its probes is known.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "probe/icmp.h"
#include "probe/pace.h"
#include "probe/round.h"
#include "util/instant.h"

namespace trimtab::probe {

// When an answer was received: the kernel's stamp, and the instant of the turn in which we read it.
struct Arrival {
  std::optional<WallTime> stamp;  // absent where the kernel gave none
  Instant read;
};

// A link has a ledger for its rounds and one for what is sent on suspicion beside them: neither waits for
// the other, and each has its own time-out.
class Ledger {
 public:
  Ledger(SiteId link, const IpAddress& peer, Duration timeout, Pace pace = Pace::regular);

  // Of probes that are added from now on; the others, and their answers, are judged by their own. `patience`,
  // if less: after it one is lost that was overtaken, that is where one that left later was answered. On a
  // link that has become slow none is, and all have their time.
  void set_timeout(Duration timeout) { set_timeout(timeout, timeout); }
  void set_timeout(Duration timeout, Duration patience) {
    timeout_ = timeout;
    patience_ = patience;
  }

  // A round with this many probes, all of them still to be sent; returns its number.
  std::uint64_t open_round(MonotonicTime started, std::size_t probes);

  // The next probe of a round, about to be sent: its sequence number. It waits for sent() or refused(), and
  // is unmeasured where neither comes within the time-out.
  std::uint16_t add(std::uint64_t round, const Nonce& nonce, MonotonicTime now);
  // The next probe of a round was not sent in time.
  void missed(std::uint64_t round);

  void sent(std::uint16_t sequence, const Instant& when);
  void refused(std::uint16_t sequence);  // by our own kernel

  // What it says of its probe; absent: nothing that was not known.
  std::optional<Result> received(const EchoReply& reply, const Arrival& arrival);
  // When that probe left, for as long as received() knows it.
  MonotonicTime left(std::uint16_t sequence) const { return probes_.at(sequence).sent.monotonic; }
  void malformed() { ++counters_.malformed; }
  void error() { ++counters_.errors; }

  // Probes older than their time-out, or than their patience and overtaken, are lost from now on.
  void expire(MonotonicTime now);
  // We did not run for a while: what is outstanding may have been answered when nobody listened, so it
  // gets until `until` to turn up, and is unmeasured otherwise.
  void overslept(MonotonicTime until);

  // Finished rounds, oldest first.
  std::vector<Round> take_rounds();

  // When expire() has something to do.
  std::optional<MonotonicTime> next_deadline() const;

  const Counters& counters() const { return counters_; }

 private:
  // expired: given up, but its answer is still welcome while its round is open.
  enum class State : std::uint8_t { handed_out, unsent, outstanding, expired, answered };

  struct Probe {
    std::uint64_t round = 0;
    std::size_t index = 0;  // in its round
    Nonce nonce{};
    State state = State::handed_out;
    bool excused = false;  // we overslept while it was outstanding
    Instant sent{};
    Duration timeout{}, patience{};
    MonotonicTime deadline{};
  };

  struct OpenRound {
    Round round;
    std::size_t added = 0;
    std::size_t undecided = 0;
  };

  bool matches(const Probe& probe, const EchoReply& reply) const;
  bool may_be_slow(const Probe& probe, MonotonicTime now) const;
  Result judge(const Probe& probe, const Arrival& arrival);
  void set_deadline(std::uint16_t sequence, MonotonicTime deadline);  // of an undecided probe
  void give_up(std::uint16_t sequence);
  // Its outcome: the first one decides the probe, a later one only improves on it while the round is open.
  void write(const Probe& probe, bool first, const Result& result);
  void forget(MonotonicTime now);
  OpenRound* find_round(std::uint64_t number);

  SiteId link_;
  IpAddress peer_;
  Duration timeout_, patience_;
  Pace pace_;
  MonotonicTime answered_until_{};  // the latest departure of an answered probe
  Counters counters_;
  std::deque<OpenRound> rounds_;  // numbers first_round_, first_round_ + 1, …
  std::uint64_t first_round_ = 0;
  std::uint16_t next_number_ = 0;          // of a sequence number, without its pace
  std::map<std::uint16_t, Probe> probes_;  // the decided ones too, for as long as they are remembered
  std::set<std::pair<MonotonicTime, std::uint16_t>> undecided_;  // of probes_, the next to be given up first
  std::deque<std::uint16_t> remembered_;                         // all of probes_, oldest first
};

}  // namespace trimtab::probe
