// Probes of one link that our own kernel refused to send. One is an accident (a full queue, an interface
// about to go); a round of them is a fault of this side, which says nothing of the peer and is told apart
// from it.
#pragma once

#include <string>

namespace trimtab::engine {

class Refusals {
 public:
  void left() { in_a_row_ = 0; }
  // `error`: errno, or 0 where there is no such interface. `round`: how many probes are one.
  void refused(int error, int round);

  // A whole round was refused.
  bool fault() const { return fault_ && in_a_row_ > 0; }
  // And nothing else can leave by this link either: its address or its route is gone. Not where a firewall or
  // a full queue refused: that is about our probes, and a link that carries traffic is not given up for them.
  bool link_is_unusable() const;
  std::string text() const;

 private:
  int in_a_row_ = 0;
  int error_ = 0;
  bool fault_ = false;
};

}  // namespace trimtab::engine
