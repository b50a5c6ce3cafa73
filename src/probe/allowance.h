// What measuring a link may cost beyond its rounds: how many quick probes it has left. It begins with a few,
// ten (on a metered link five), and is filled by the regular probes: so at no time were there more quick
// probes than regular ones (half of them) and those few, and suspicion never grows with loss. Where the mesh
// file sets a budget, what the rounds leave of it is a limit too, for quick probes and for the full-size ones
// that do not belong to the rounds.
#pragma once

#include <cstdint>
#include <optional>

#include "util/units.h"

namespace trimtab::probe {

// What probes beside the rounds may cost.
struct Budget {
  std::uint64_t bytes_per_day = 0;
  std::uint64_t probe_bytes = 0;      // of one probe with its answer
  std::uint64_t full_size_bytes = 0;  // of a full-size one with its answer
  Duration full_size_every{};         // of these one in so long is counted with the rounds
  bool operator==(const Budget&) const = default;
};

class Allowance {
 public:
  // `budget`: absent: no limit but the rounds'.
  Allowance(bool metered, std::optional<Budget> budget, MonotonicTime now);

  // A regular probe was sent.
  void earn();

  // Takes what so many quick probes cost, or nothing where that is not there.
  bool take(MonotonicTime now, int probes);

  // The same for a full-size probe, which only a budget limits.
  bool take_full_size(MonotonicTime now);

 private:
  void refill(MonotonicTime now);
  double cost_of(int probes) const;

  int burst_;
  int price_;   // regular probes that earn a quick one
  int earned_;  // in regular probes
  std::optional<Budget> budget_;
  double bytes_ = 0;  // of the budget, to be spent at once
  MonotonicTime counted_at_;
  MonotonicTime next_full_size_;  // that is counted with the rounds
};

}  // namespace trimtab::probe
