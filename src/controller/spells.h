// Short spells. A link that is slow for seconds, again and again, is quick again before a change of routes
// has paid for itself: a path that is left is not returned to before `dwell` is over. So where its spells
// were like that lately, one is followed only once it has outlasted them: what has lasted tends to last.
#pragma once

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

class Spells {
 public:
  // A round is over; `interval` lies between two of them, above 0.
  void pass(Duration interval, const mesh::Tuning& tuning);
  // The link is clearly slower than before; and is no longer. Each of them after the other.
  void begin() { under_way_ = true; }
  void end();

  bool under_way() const { return under_way_; }
  // That of now is too young to be followed.
  bool waits() const;

 private:
  Duration worth_{};  // what lasts for as long is worth a change of routes; 0: everything is
  bool under_way_ = false;
  Duration age_{};  // of that of now
  int rounds_ = 0;  // in it, after that in which it began
  // How many there were, and how long the short ones were together; what is longer ago counts less.
  double short_ = 0, long_ = 0, short_s_ = 0;
};

}  // namespace trimtab::controller
