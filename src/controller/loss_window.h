// What became of a link's probes, and what that proves: p̂ (specification §5, Loss), with one addition. Of so
// many looks some show much more than the link's share by chance: one that loses 2 % for good had p̂ between 0
// and 6 %, and routes to and fro nine times an hour. So what is known of longer ago counts as well: it proves
// what is small and lasts, and what it explains is no news.
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
  // enough to prove little. What came before them is remembered for four times as many: with
  // a round of five in 15 s an hour, long enough that the share of what lasts is known to a fifth or so.
  static constexpr int kShort = 20, kMiddle = 60, kLong = 240;
  static constexpr int kBefore = 4 * kLong;

  void add(bool lost);
  void clear() { *this = LossWindow{}; }

  // To be called after each round: what is proven now. Kept until the next call.
  void prove();
  Ratio proven() const { return proven_; }
  bool is_over() const;  // of kLong hardly one was lost
  // More than this is not lost, by what the last `probes` of them say: the lower one of the upper ends of the
  // intervals over kMiddle and kLong, as far as there are so many; else 1.
  Ratio most_possible(int probes) const;

  int probes(int window) const { return count_ < window ? count_ : window; }  // so far
  int lost(int window) const;                                                 // of kShort, kMiddle, kLong

 private:
  static constexpr std::array<int, 3> kWindows{kShort, kMiddle, kLong};

  // The probes before the last kLong: each of those in kBefore weighs a little less than the one after it.
  struct Before {
    double probes = 0, lost = 0;

    void add(bool was_lost);
  };

  double lost_in_all() const { return before_.lost + lost_in_.back(); }
  bool is_news(std::size_t window) const;
  Ratio proven_by_windows() const;
  void forget_what_changed();

  std::bitset<kLong> lost_;  // a ring; next_ is the oldest
  std::size_t next_ = 0;
  int count_ = 0;                 // of all so far, up to kLong
  std::array<int, 3> lost_in_{};  // per window
  Before before_;
  bool has_news_ = false;  // by a window, in the last round
  bool lasts_ = false;     // lost before and again, for all that is known
  Ratio proven_;
};

}  // namespace trimtab::controller
