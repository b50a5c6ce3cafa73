// What became of a link's last 240 probes, and what that proves: p̂ (specification §5, Loss).
#pragma once

#include <array>
#include <bitset>
#include <cstddef>

#include "controller/wilson.h"
#include "util/units.h"

namespace trimtab::controller {

class LossWindow {
 public:
  // The three looks back. 20 probes are quick to prove much loss (4 of 20 are proven 5 %), 240 are patient
  // enough to prove little.
  static constexpr int kShort = 20, kMiddle = 60, kLong = 240;

  void add(bool lost);
  void clear() { *this = LossWindow{}; }

  // To be called after each round: what is proven now. Kept until the next call.
  void prove();
  Ratio proven() const { return proven_; }
  // More than this is not lost, by what the last `probes` of them say: the lower one of the upper ends of the
  // intervals over kMiddle and kLong, as far as there are so many; else 1.
  Ratio most_possible(int probes) const;

  int probes(int window) const { return count_ < window ? count_ : window; }  // so far
  int lost(int window) const;                                                 // of kShort, kMiddle, kLong

 private:
  static constexpr std::array<int, 3> kWindows{kShort, kMiddle, kLong};

  std::bitset<kLong> lost_;  // a ring; next_ is the oldest
  std::size_t next_ = 0;
  int count_ = 0;                 // of all so far, up to kLong
  std::array<int, 3> lost_in_{};  // per window
  Ratio proven_;
};

}  // namespace trimtab::controller
