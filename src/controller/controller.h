// The controller: samples and time in, published values out, each decision with its reason. It is pure: no
// clock, no socket, no file, no random source; the daemon, the tests, the simulator and the replay run this
// very code. It judges a router's own links; routes it never sees.
//
// Way of use: construct, `restore` what an earlier run had published, feed `round_finished`, `throughput` and
// `condition_changed` as they happen, and call `decide(now)` after each of them and at `next_deadline()`.
// `now` never goes back. It is total: a neighbour that it does not know is ignored, a gap in time is
// survived.
//
// Specification §5 to §7. One link's part is link.h; its estimate, loss, standing and stability have a file
// each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "controller/cost.h"
#include "controller/decision.h"
#include "controller/level_shift.h"
#include "controller/sample.h"

namespace trimtab::controller {

class Link;
struct Rivals;

class Controller {
 public:
  // Every link starts unmeasured, published at last resort. Order of links does not matter; ids are unique.
  Controller(Settings settings, std::vector<LinkSettings> links, MonotonicTime now);
  ~Controller();
  Controller(Controller&&) noexcept;
  Controller& operator=(Controller&&) noexcept;

  // What an earlier run had published: taken as published, without a decision. A usable value stays until
  // fresh probes contradict it (20 of them to make it worse, 60 to make it better; a hard boundary at once);
  // a link that was at last resort has to earn its return. A value that the policy cannot have had is
  // ignored.
  // Its margin stays until the link's noise is known again.
  void restore(MonotonicTime now, SiteId neighbour, Value published, Ratio margin = {});

  // A changed mesh file. Links that stay keep their history; new ones start unmeasured. What the operator
  // asked for (bias, bandwidth, tuning) is published however small its step.
  void set_links(MonotonicTime now, Settings settings, std::vector<LinkSettings> links);

  void round_finished(MonotonicTime now, SiteId neighbour, const Sample& sample);
  void throughput(MonotonicTime now, SiteId neighbour, const ThroughputSample& sample);
  void condition_changed(MonotonicTime now, SiteId neighbour, const Condition& condition);

  // Changes of published values that are due; from then on they count as published. Boundaries first, then by
  // id. Cheap where nothing happened: only touched and due links are looked at.
  std::vector<Decision> decide(MonotonicTime now);

  // When decide() is wanted next although nothing happens; absent: not before the next event. A time that has
  // passed: at once.
  std::optional<MonotonicTime> next_deadline() const;

  // Absent: no such link.
  std::optional<LinkView> view(SiteId neighbour, MonotonicTime now) const;

  // By id: what BIRD is to be told, and a number that changes whenever that does.
  std::vector<Published> published() const;
  std::uint64_t edition() const { return edition_; }

  // The latest round of this link differs so much for the worse that it is not believed before quick probes,
  // or the next round, say the same.
  bool suspects(SiteId neighbour) const;
  // An answer slower than this deserves quick probes. Absent: nothing is known yet.
  std::optional<Milliseconds> suspicious_above(SiteId neighbour) const;

  // Once for every time that the link's RTT moved to another level and stayed: for whoever looks on. Routes
  // follow the estimate, not this.
  std::optional<Shift> take_shift(SiteId neighbour);

  const Settings& settings() const { return settings_; }

 private:
  Link* find(SiteId neighbour);
  const Link* find(SiteId neighbour) const;
  std::size_t index_of(const Link& link) const;
  void touch(Link& link);
  void touch_due(MonotonicTime now);
  Rivals rivals_of(MonotonicTime now, const Link& link) const;
  void elect(MonotonicTime now);
  // Lets the touched links publish, only those in a hurry or all; says whether one did.
  bool sweep(MonotonicTime now, bool urgent_only, std::vector<Decision>& decisions);
  void note_due(const Link& link);
  void tell_margins(MonotonicTime now, bool decided);
  struct Margin {
    Ratio share;
    bool lasts = false;  // however long another way is cheaper
  };
  Margin wanted_margin(MonotonicTime now, const Link& link, Ratio noise_here) const;

  Settings settings_;
  std::vector<Link> links_;  // by neighbour
  struct Steadiness {
    Margin margin;           // as BIRD was last told
    bool inherited = false;  // that is an earlier run's
    double noise = 0;        // when last looked at; 0 where not up
  };
  std::vector<Steadiness> steadiness_;  // of links_
  double noise_sum_ = 0;                // of those
  std::uint64_t edition_ = 0;
  std::vector<SiteId> neighbours_;      // theirs, close together: every call begins with finding a link
  std::vector<std::uint32_t> touched_;  // indexes into links_ that decide() has to look at
  std::optional<MonotonicTime> deadline_;
  // Under `score`: the up link with the highest published preference, and when it last became another.
  std::optional<SiteId> better_;
  std::optional<MonotonicTime> reversed_at_;
};

}  // namespace trimtab::controller
