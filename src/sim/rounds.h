// When which link's round is finished: every link once in its interval, each at a moment of its own. A heap
// would do too, at several times the price per round: within one interval the order never changes.
#pragma once

#include <cstdint>
#include <vector>

#include "util/units.h"

namespace trimtab::sim {

class Rounds {
 public:
  struct Round {
    Duration at{};
    Duration interval{};
    std::uint32_t link = 0;
    std::uint8_t end = 0;  // which of its two sites probes
  };

  Rounds() = default;
  // `at`: when the first round of each begins, within its interval. It ends an interval later.
  explicit Rounds(std::vector<Round> first);

  bool empty() const { return cycles_.empty(); }
  Round next() const;
  void advance();

 private:
  // All links of one interval.
  struct Cycle {
    Duration interval{};
    std::vector<Round> rounds;  // of the first interval, by time
    std::size_t position = 0;
    Duration begin{};  // of the present interval
    Duration at() const { return begin + rounds[position].at; }
  };
  void find_soonest();

  std::vector<Cycle> cycles_;  // by interval
  std::size_t soonest_ = 0;
};

}  // namespace trimtab::sim
