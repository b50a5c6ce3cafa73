// What a site's own traffic does to a link. A link that fills up looks slow, is left, empties and looks quick
// again; whoever believes that sends the traffic back, and so on for ever. So the figures of a link are read
// together with the load that it carried: where it became slow as the load came, its recovery as the load
// leaves says nothing about what it would be like with the load back on it, and is not believed for a while.
// A link that carried a load from its first round on has shown nothing but that: there it is the load's
// leaving that tells, where the RTT falls with it; for a quarter of that while for each such round. The same
// evidence tells that a link is *saturated*, and its throughput a proof of what it can carry.
//
// What gets slow under a load that it has borne before, or does not recover as the load leaves, is somebody
// else's doing: its recovery counts at once.
#pragma once

#include <array>
#include <optional>

#include "controller/decision.h"
#include "util/units.h"

namespace trimtab::controller {

class OwnLoad {
 public:
  struct Round {
    Rate load;                        // the greater of both directions
    std::optional<Milliseconds> rtt;  // median; absent where none was answered in time
    Milliseconds clearly{0};          // an RTT that is higher by less says nothing; 0 …, of this link
    std::optional<Rate> capacity;     // of the link, as far as it is known
    Duration interval{};              // of its rounds
  };

  // A round is over whose load is not known yet. Where it stays unknown for some rounds, so does what the
  // load does.
  void round_finished();
  // What its load did is of no use any more: another policy counts. How it began is known.
  void forget();
  // The link is down. What answered rounds have shown of it under its load is still true when it is back, for
  // `memory`; everything else is forgotten. False: nothing was shown.
  bool dropped(MonotonicTime now, Duration memory);
  // A batch of quick probes, and what went over the link until it ended: a load that makes it slow may be
  // gone before the round ends, since moving traffic is what quick probes are for. It counts with that round,
  // and only where the round had more load than those before: traffic comes in bursts of half a second.
  void add_quick(const Round& batch);
  // That round with its load. `memory`: for how long a recovery is not believed after the load has left.
  void add(MonotonicTime now, const Round& round, Duration memory);

  // The link was slow under its load in two rounds in a row: once may be an accident while somebody calls.
  bool saturated() const { return phase_ == Phase::loaded && slow_in_a_row_ >= kRoundsToBelieve; }

  // The load has made it slow and is on it; or has left, which is remembered.
  bool is_loaded() const { return phase_ == Phase::loaded; }
  Milliseconds unloaded() const { return quiet_.rtt; }  // RTT before the load came; of those two
  bool was_left(MonotonicTime now) const { return phase_ == Phase::left && now < until_; }

  // Why the link may not become better now; absent: it may. Under its load it may once its figures are
  // wholly of rounds with that load, or a round with all of it was not slow.
  std::optional<Held> holds(MonotonicTime now) const;

 private:
  static constexpr int kRoundsToBelieve = 2;
  // Load and RTT are held against those of so many rounds before: traffic comes and goes in the middle of a
  // round, and the loads of two in a row may differ by less than half although it came at once.
  static constexpr std::size_t kRecent = 3;

  enum class Phase : std::uint8_t {
    free,    // no sign that the load matters
    loaded,  // became slow as the load came, and carries it
    left     // and the load has gone
  };
  struct Recent {
    MonotonicTime at;
    Round round;
  };

  // What a link was like before the load came, and what is slow measured by that.
  struct Quiet {
    Milliseconds rtt{0}, limit{0};

    bool is_exceeded_by(const Round& round) const { return !round.rtt || *round.rtt > limit; }
  };

  bool is_slow(const Round& round) const { return quiet_.is_exceeded_by(round); }
  // `of_round`: the load of the whole round, where the other is a batch's.
  std::optional<Quiet> quiet_before_onset(MonotonicTime now, const Round& round, Rate of_round) const;
  void watch_first(MonotonicTime now, const Round& round, Duration memory);
  bool came_back(const Round& glimpse, const Round& round) const;
  void begin_within_round(const Quiet& quiet, const Round& glimpse);
  void begin(const Round& round);
  void leave(MonotonicTime until);
  void watch_load(MonotonicTime now, const Round& round, Duration memory);
  void watch_recovery(MonotonicTime now, const Round& round);

  std::array<std::optional<Recent>, kRecent> recent_;
  std::size_t next_ = 0;
  std::optional<Round> glimpse_;  // a batch of quick probes since the last round
  int unknown_in_a_row_ = 0;      // rounds without a load

  Phase phase_ = Phase::free;
  Quiet quiet_;

  // Of the answered rounds since the first one, as long as all carried a load: how many, the most of it, the
  // least RTT.
  struct First {
    int rounds = 0;
    Rate load;
    Milliseconds rtt{0};
    bool halved = false;  // in the round after them
  };
  First first_;
  bool had_quiet_ = false;  // that time is over

  // While loaded, since the load came, or came back:
  Rate load_;  // the most of it
  int slow_in_a_row_ = 0, borne_in_a_row_ = 0, whole_in_a_row_ = 0;
  bool was_slow_ = false;
  int shown_slow_ = 0;     // rounds that were slow and answered
  bool believed_ = false;  // what the latest round says of the link, it says under its load

  // After the load left:
  MonotonicTime until_{};
  int still_slow_ = 0;
  bool recovered_ = false;
};

}  // namespace trimtab::controller
