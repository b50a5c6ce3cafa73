// A seeded source of chance for everything that is jittered: the same seed gives the same run on every
// machine (the standard library's distributions do not promise that). Not for secrets: those are
// os/random.h's.
#pragma once

#include <cstdint>

#include "util/check.h"

namespace trimtab {

// SplitMix64 (Steele, Lea, Flood 2014).
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31U);
  }

  // 0 … limit−1. The bias is limit / 2^64, which nothing that is jittered can notice.
  std::uint64_t below(std::uint64_t limit) {
    TRIMTAB_CHECK(limit > 0);
    return next() % limit;
  }

  // 0 … 1, without 1.
  double unit() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

}  // namespace trimtab
