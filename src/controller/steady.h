// The shipped estimate of a link's RTT (docs/steering.md has the figures behind it). What is predicted for
// the next minutes is part what the link is like now and part what it is like in the long run:
//
//   r̂ = w·l + (1 − w)·m        w = p + (1 − p)·t / (t + 0.6·memory)
//                              p = max(n / (n + 0.058·s), d⁴ / (d⁴ + 0.4⁴)) / (1 + 0.3·s)
//
// s is `steadiness`, n the link's noise, d = |l − m| / m: the present counts where the link wanders anyway,
// or has departed far; a small departure of a calm link is mostly over before a change of routes has paid. t
// is for how long the present has been far from the mean: what has lasted tends to last as long again. m is
// the mean over `memory`. l is the present level: l += g·(x − l) with each round's median x, where the gain g
// is learnt from the link itself. Where a change of x tends to be taken back by the next one, it is noise,
// and g is small; where it stays, g is near 1. That is the exact forecast for a level that wanders under
// noise, whose differences are correlated by ρ₁ = −θ / (1 + θ²) and g = 1 − θ (J. F. Muth, Optimal properties
// of exponentially weighted forecasts, JASA 55, 1960). A clear step, up or down, is taken whole.
//
// Until a link is as old as `memory` (for falls and small rises, sooner), m is the mean of its rounds, save
// those that are clearly slower: they count as they would on an old link. A clearly quicker one replaces the
// mean of a young link. An older link's mean learns no more of a rise than a third, or (n / 4 %)² where it
// wanders; of a calm link falls, and rises by less than a tenth, are learnt sooner than large rises, since
// those mostly end.
//
// Beside them the estimate learns the link's noise n: by how much a round differs from the one before, as a
// share of the mean or the level, whichever is higher, and how much of that stays: n = a^⅔·b^⅓ with b the
// same of the level l. A brownout of many times the mean would else be noise, and so in the end be usual.
// Where one change takes the other back, what is estimated moves little, and little margin is needed; with b
// alone, hours of stationary noise would move routes now and then.
//
// A round far above what is usual is *suspicious* and is not believed before a second one, usually of quick
// probes a second later, says the same. And where such steps were over soon lately, l stays out of r̂
// until the next one has outlasted them (spells.h). O(1) per round, a few numbers of state.
#pragma once

#include <optional>

#include "controller/spells.h"
#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

class SteadyEstimate {
 public:
  // A young link is taken for calm until it has shown otherwise: were its first rounds to count in full, a
  // step in the first minutes would be noise, and its own margin would hold the traffic on the link that it
  // made slow.
  static constexpr int kYoungRounds = 20;

  struct Round {
    Milliseconds rtt{0};                 // median
    std::optional<Milliseconds> jitter;  // between its probes
    Duration interval{};                 // of this link's rounds, above 0
    std::optional<Milliseconds> usual_difference;
  };
  void add(const Round& round, const mesh::Tuning& tuning);
  // A round without one answer in time.
  void no_rtt(Duration interval, const mesh::Tuning& tuning);
  // Quick probes' median: confirms or clears the last suspicion, or is one itself.
  void confirm(Milliseconds rtt);

  // r̂; absent before the first round.
  std::optional<Milliseconds> rtt(const mesh::Tuning& tuning) const;
  std::optional<Milliseconds> mean() const;
  // 0 … 1, of the usual. A young link has no less than its probes' differences let expect.
  Ratio noise() const;

  // Too few rounds so far to know the noise.
  bool is_young() const { return rounds_ < kYoungRounds; }

  // The latest round is not believed yet.
  bool suspects() const { return suspected_.has_value(); }
  // It is slow again, as for a short time before, and not followed yet.
  bool waits_for_a_spell() const { return spells_.waits(); }
  // An answer slower than this is suspicious. Absent before the first round.
  std::optional<Milliseconds> suspicious_above() const;
  // What is further from the usual by less is not told from noise.
  Milliseconds clearly() const { return Milliseconds{clearly_ms()}; }

 private:
  double usual_ms() const;
  double doubtful_ms() const;  // a round that is so much slower than the usual may be an accident
  double clearly_ms() const;   // what is further away from the usual is a clear step
  bool is_suspicious(double x) const;
  struct Lesson {
    double rtt_ms = 0, jitter_ms = 0, usual_difference_ms = 0;
    double of_memory = 0;  // the round's share of it; 0: quick probes alone, nothing to learn for long
  };
  void learn(const Lesson& lesson);
  double share_of_mean(const Lesson& lesson) const;
  double weight_of_round() const;
  double learnt(double departure_ms) const;
  void learn_jitter(const Lesson& lesson);
  void resolve(Lesson lesson);
  double seen_twice(double round_ms, double quick_ms) const;
  void take_step(double x, double gain, const Spells::Begin& begin);
  void note_spell(double x, bool clearly_up, const Spells::Begin& begin);
  void see_spell();
  void note_departure(double of_memory);
  double gain() const;

  int rounds_ = 0;
  double mean_ms_ = 0, level_ms_ = 0, last_ms_ = 0, jitter_ms_ = 0, usual_difference_ms_ = 0;
  double noise_ = 0;                                // mean change of the rounds, as a share of the usual
  double wander_ = 0;                               // and of the level
  double change_ = 0;                               // the last round's, of the usual, bounded
  double change_squared_ = 0, change_product_ = 0;  // means of change², and of change times the one before
  bool confirmed_ = false;  // since the last round quick probes have shown that the link is slow
  double away_ = 0;  // since when the level is far from the mean, in memories; below 0 where it is below
  Spells spells_;
  double spell_from_ms_ = 1;         // the level before that of now
  double spell_above_ms_ = 0;        // which lasts while rounds are above this
  double boundary_ms_ = 0;           // above which nothing is waited for
  std::optional<Lesson> suspected_;  // the round that waits to be believed
};

}  // namespace trimtab::controller
