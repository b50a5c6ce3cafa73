// Short spells. A link that is slow for seconds, or for a single round where those are minutes apart, again
// and again, is quick again before a change of routes has paid for itself: it takes seconds to see, and
// two moves. So where its spells were like that lately, one is followed only once it has outlasted them: what
// has lasted tends to last.
#pragma once

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

class Spells {
 public:
  struct Begin {
    Duration seen_for{};  // an interval, where it took a second round to confirm it
    // Quick probes saw it, on average half a round before that ends. The round that shows its end began, on
    // average, as it ended: so the first counts half, and the last nothing.
    bool within_round = false;
  };

  // A round is over; `interval` lies between two of them, above 0. One without an answer is no better than a
  // slow one, and counts as that.
  void pass(Duration interval, const mesh::Tuning& tuning);
  // The link is clearly slower than before; and is no longer. One that lasts ends by itself: it is what the
  // link is like.
  void begin(const Begin& begin);
  void end();
  // While one is under way, after each look at it. `height`: how much slower than before the link is, as a
  // share. What is followed once is followed to its end.
  void see(double height);
  void follow() { waits_ = false; }

  bool under_way() const { return under_way_; }
  // That of now is too young to be followed.
  bool waits() const { return waits_; }

 private:
  void close(bool was_short);
  bool is_seldom() const;
  bool is_to_wait(double height) const;

  Duration worth_{};     // what lasts for as long is worth a change of routes; 0: everything is
  double lately_s_ = 1;  // after which what a spell cost counts for 1/e
  Duration interval_{};  // between rounds
  bool under_way_ = false, waits_ = false;  // the second only with the first
  bool within_round_ = false;               // as Begin has it
  Duration age_{};                          // of that of now
  int rounds_ = 0;                          // in it, after that in which a round saw it begin
  // How many there were, and how long the short ones were together; what is longer ago counts less. Where
  // rounds are seldom the numbers do so later than the time, which then says nothing of their mean.
  double short_ = 0, long_ = 0, short_s_ = 0;
};

}  // namespace trimtab::controller
