// What became of a link's probes, and what that proves: p̂ (specification §5, Loss), with one departure. A
// link that loses 2 % for good has windows with 0 and windows with 6 % by chance, and routes follow each of
// them. So where loss *lasts* what is remembered of longer ago counts as well: it proves what is small, and a
// window that it explains is no news and proves nothing.
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
  bool hardly_any() const;  // of the last kLong one was lost at most
  // More than this is not lost, by what the last `probes` of them say: the lower one of the upper ends of the
  // intervals over kMiddle and kLong, as far as there are so many; else 1.
  Ratio most_possible(int probes) const;

  int probes(int window) const { return count_ < window ? count_ : window; }  // so far
  int lost(int window) const;                                                 // of kShort, kMiddle, kLong

 private:
  static constexpr std::array<int, 3> kWindows{kShort, kMiddle, kLong};

  // The probes before the last kLong, with weights.
  struct Older {
    double probes = 0, lost = 0;

    void add(bool was_lost);
  };

  double probes_in_all() const { return older_.probes + count_; }
  double lost_in_all() const { return older_.lost + lost_in_.back(); }
  bool lasts() const;
  bool is_news(std::size_t window) const;
  bool has_changed() const;
  Ratio proven_by_windows() const;

  std::bitset<kLong> lost_;  // a ring; next_ is the oldest
  std::size_t next_ = 0;
  int count_ = 0;                 // of all so far, up to kLong
  std::array<int, 3> lost_in_{};  // per window
  Older older_;
  double answered_since_ = 0;   // the last lost one; of a link without loss for years
  double share_then_ = 0;       // lost in all, at that one
  int occasions_ = 0;           // on which something was lost again
  bool proven_by_one_ = false;  // of the windows, in the last round
  Ratio proven_;
};

}  // namespace trimtab::controller
