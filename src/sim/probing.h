// One end of a link that probes it, as the daemon does: rounds, spread evenly over their interval, and on
// suspicion quick probes. When those go out is said by the daemon's own code (probe/suspicion.h), which sees
// every probe leave and come back.
//
// Most rounds are calm. Their probes are drawn at once as the round begins, and none is followed. Only where
// one is lost or suspicious, or where traffic may change what the later ones meet, each leaves at its own
// time.
//
// Way of use: begin_round(); advance() at next_deadline(), until the round's end; finish_round(); after both
// take_sample(), until there is none.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "controller/sample.h"
#include "probe/pace.h"
#include "probe/suspicion.h"
#include "sim/clock.h"
#include "sim/link_model.h"
#include "util/rng.h"

namespace trimtab::sim {

// What probes of one end meet on their way, as it is now.
struct Wire {
  const LinkModel& model;
  const Queue& queues;
};

class Probing {
 public:
  struct Settings {
    int probes = 5;  // in a round
    Duration interval{}, timeout{};
    bool metered = false;      // fewer quick probes
    bool has_traffic = false;  // what later probes meet is not known before
    std::uint64_t seed = 0;
  };
  explicit Probing(const Settings& settings);

  // The round that ends at `end`; the one before is finished.
  void begin_round(Duration end, const Wire& wire);
  // It ends now: its last probe has left.
  void finish_round();

  // Carries out what is due.
  void advance(Duration now, const Wire& wire);
  // When that is wanted next, at the latest; absent: not before the round ends.
  std::optional<Duration> next_deadline() const;

  // The next round, or batch of quick probes, whose probes' fate is known; false: there is none.
  bool take_sample(Duration now, controller::Sample& sample);
  // What the controller says to it: probe/suspicion.h.
  void expect(std::optional<Milliseconds> limit);
  void raise(Duration now) { suspicion_.raise(clock_at(now)); }

  // When the first of the quick probes since the last call arrives at the far end; absent: none does.
  std::optional<Duration> take_heard() { return std::exchange(heard_at_, std::nullopt); }
  // One of the far end's arrives here at that time.
  void hear_peer(Duration at);

 private:
  using Result = controller::ProbeResult;
  // An answer under way, or when a quick probe is given up.
  struct Flying {
    Duration at{}, left{};
    std::uint16_t sequence = 0;
    std::optional<Result> answer;
    std::optional<std::size_t> batch;  // of a quick one: its number
    std::size_t place = 0;             // and where it is in that
  };
  using Batch = std::vector<std::optional<Result>>;  // absent: not decided yet
  struct LateRound {
    Duration known_at{};
    std::vector<Result> results;
  };

  bool take_round(Duration now, controller::Sample& sample);
  Duration leaves_at(int index) const;
  Result result_of(const std::optional<Milliseconds>& answered) const;
  bool is_calm(const Result& result) const;
  bool follows_all() const;
  void draw_calm(const Wire& wire);
  Duration known_at() const;
  void land(Duration now);
  void note_quick(const Flying& landed, Duration now);
  void fly(const Flying& flying);
  void leave(Duration now, const Wire& wire);
  void leave_quickly(Duration now, const Wire& wire);

  Settings settings_;
  Rng random_, quick_random_;
  probe::Suspicion suspicion_;
  Milliseconds limit_ = Milliseconds::max();  // slower answers are suspicious

  Duration end_{};               // of the round under way
  std::vector<Result> results_;  // of its probes so far
  int next_ = 0;                 // the first of them that is not drawn
  bool calm_ = true;             // none that has left was lost, late or suspicious
  bool known_ = false;           // the round that has just ended, as it is in results_
  std::vector<LateRound> late_rounds_;

  std::uint16_t sequence_ = 0;
  std::vector<Flying> flying_;  // the next to land last
  std::vector<Batch> batches_;  // numbers first_batch_, first_batch_ + 1, …
  std::size_t first_batch_ = 0;
  Duration answered_until_ = Duration::min();  // the latest departure of a quick probe that was answered
  std::optional<Duration> heard_at_, peer_heard_at_;
};

}  // namespace trimtab::sim
