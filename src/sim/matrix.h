// A square of RTTs: who sees whom at which distance. Comma-separated, no header; row: source, column:
// destination; an empty field is no value, and the diagonal is empty.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/rng.h"
#include "util/units.h"

namespace trimtab::sim {

class Matrix {
 public:
  explicit Matrix(std::size_t hosts) : hosts_(hosts), rtts_(hosts * hosts) {}

  // The error names the line.
  static Result<Matrix> parse(std::string_view text);

  std::size_t hosts() const { return hosts_; }
  std::optional<Milliseconds>& rtt(std::size_t from, std::size_t to) { return rtts_[from * hosts_ + to]; }
  std::optional<Milliseconds> rtt(std::size_t from, std::size_t to) const {
    return rtts_[from * hosts_ + to];
  }

  // Another number of hosts with the distances of this one: each takes the place of one of these at random,
  // and each pair's RTT is up to a tenth off. Two in the same place are 1 to 3 ms apart.
  Matrix resampled(std::size_t hosts, Rng& random) const;

 private:
  std::size_t hosts_;
  std::vector<std::optional<Milliseconds>> rtts_;
};

// Sites at random places of a square whose side is 150 ms; no way is straight.
Matrix random_matrix(std::size_t hosts, Rng& random);

}  // namespace trimtab::sim
