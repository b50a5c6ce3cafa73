// What the controller says: a changed value with its reason, what it holds back and until when, and all it
// knows of a link. words.h puts each into a sentence.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "controller/cost.h"
#include "controller/sample.h"

namespace trimtab::controller {

// unmeasured: no round with an answer yet; down: by probes, session, interface or a local fault; earning:
// answers again, at last resort until it has earned its cost back.
enum class Standing : std::uint8_t { unmeasured, up, earning, down };

// What took a link down.
enum class Drop : std::uint8_t {
  probes,  // the last five probes and a whole round failed
  interface,
  local,    // our own kernel refuses to send: not the peer's fault
  session,  // BGP's was not Established
  bfd,
  restart  // was at last resort when an earlier run ended; why is no longer known
};

// Why a value was published.
enum class Reason : std::uint8_t {
  first_answer,     // never measured before: its cost at once
  step,             // differs from the published value by at least the hysteresis
  settled,          // thirty rounds old, and its first value, taken from one round, was off
  loss_boundary,    // proven loss rose above the boundary
  rtt_boundary,     // RTT rose above the boundary
  down,             // Decision::drop says by what
  loss_recovered,   // proven loss is below the lower way back for long enough
  rtt_recovered,    // RTT is below the lower way back
  returned,         // has earned its cost back
  budget_spent,     // crossed a boundary on its last change of the hour: last resort
  budget_refilled,  // may change again after budget_spent
  settings          // the mesh file changed (bias, bandwidth, tuning, policy)
};

struct Decision {
  MonotonicTime at{};
  SiteId neighbour = 0;
  Value from = 0;
  Value to = 0;
  Reason reason = Reason::step;
  std::optional<Drop> drop;  // where the reason is `down`
  Standing standing = Standing::up;
  std::optional<Figures> figures;  // what the computed value comes from; absent: nothing measured
  std::optional<Value> computed;   // differs from `to` at last resort and under a `score` hold-down
  Duration to_earn{};              // where the reason is `down`: good time that a return will need
};

// Why a link's computed value is not its published one.
enum class Holding : std::uint8_t {
  unmeasured,  // last resort until its first round with an answer
  down,
  earning,
  hysteresis,   // too small a difference
  hold_down,    // would make another link the better one without the margin (`score`)
  dwell,        // lowered, or the better link changed, too recently
  budget,       // changed too often in this hour
  own_load,     // recovered as the site's own traffic left it: that is no evidence
  short_spell,  // slow again, as for a short time before: followed once it lasts longer than it did
  restarted     // published by an earlier run; too few fresh probes to contradict it
};

struct Held {
  Holding why = Holding::hysteresis;
  std::optional<MonotonicTime> until;  // absent: until the link's own figures change
};

// Where a bandwidth comes from; all but `measured` count as assumed.
enum class BandwidthSource : std::uint8_t { measured, declared, reference };

struct LastRound {
  MonotonicTime at{};
  int answered = 0, late = 0, lost = 0;
  int lost_at_end = 0;                 // of those lost, in a row up to the last probe
  std::optional<Milliseconds> rtt;     // median
  std::optional<Milliseconds> jitter;  // mean absolute difference of successive RTTs; absent below two
  // Their median, the lower of two: neither a lone spike nor a step in the middle of the round is in it.
  std::optional<Milliseconds> usual_difference;
};

struct LossView {
  int probes = 0;  // looked at for the raw ratio, at most 60; 0: nothing measured
  int lost = 0;
  Ratio ratio, low, high;  // raw, and its 95 % Wilson interval
  Ratio proven;            // p̂
  bool beyond_boundary = false;
};

// All that is known of one link at one instant.
struct LinkView {
  SiteId neighbour = 0;
  Standing standing = Standing::unmeasured;
  Condition condition;
  std::optional<Drop> drop;  // what took it down; while down or earning

  std::optional<LastRound> last_round;
  std::optional<Milliseconds> rtt, jitter;  // smoothed
  bool rtt_beyond_boundary = false;
  Rate bandwidth;  // what counts now, measured or assumed
  BandwidthSource bandwidth_source = BandwidthSource::reference;
  bool bandwidth_stale = false;  // measured, but long ago
  LossView loss;
  bool saturated = false;  // slow under its own traffic in two rounds in a row

  std::optional<Figures> figures;  // the terms' arguments; absent: no RTT yet
  std::optional<Value> computed;   // what the figures are worth; absent: no RTT yet
  Value published = 0;
  std::optional<Ratio> noise;  // of the cost without loss, from round to round; absent: not learnt
  Ratio margin;                // as published
  std::optional<Held> held;    // present exactly while something keeps `published` from its target
  std::optional<MonotonicTime> last_change;  // of the published value, in this run
  std::optional<Reason> last_reason;

  int drops = 0;            // recent: no ten minutes without one between them or since
  Duration to_earn{};       // good time still missing while earning; all of it while down
  double changes_left = 0;  // tokens in the bucket; the last is kept for a boundary
};

// How BIRD's filters and their model count a margin.
inline std::uint32_t per_mille(Ratio share) {
  return static_cast<std::uint32_t>(std::lround(share.value * 1000));
}

// What the metrics file says of one link.
struct Published {
  SiteId neighbour = 0;
  Value value = 0;
  // Under `path`: routes that begin with this link stay until another is cheaper by this share of their cost;
  // never by as much as `value`. What is cheaper by more than `kept` for long is waited for no longer
  // (patience.h). docs/steering.md.
  Ratio margin{}, kept{};
  bool operator==(const Published&) const = default;
};

}  // namespace trimtab::controller
