// The loss that a link is charged with: what is proven of it (specification §5), and on a link that its own
// load makes slow what is not disproved either. What an overfull link loses swings with every flow, and with
// it what is proven of it; routes would follow. There a recovery has to be proven too, and under that load:
// what was answered before it came back says nothing.
#pragma once

#include "controller/loss_window.h"
#include "controller/own_load.h"
#include "controller/sample.h"

namespace trimtab::controller {

class BelievedLoss {
 public:
  // `anew`: the link was silent before. What was lost before it answered is part of that, not of what the
  // link is like now.
  void count(const Sample& sample, bool anew);
  void clear() { *this = {}; }

  // After each round of so many probes, and its load as far as it is known yet.
  void prove(MonotonicTime now, int probes, const OwnLoad& load);

  Ratio believed() const { return believed_; }
  Ratio proven() const { return window_.proven(); }
  const LossWindow& window() const { return window_; }

 private:
  LossWindow window_;
  Ratio believed_;
  int probes_under_load_ = 0;  // up to the longest window
};

}  // namespace trimtab::controller
