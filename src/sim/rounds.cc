#include "sim/rounds.h"

#include <algorithm>
#include <tuple>

#include "util/check.h"

namespace trimtab::sim {

Rounds::Rounds(std::vector<Round> first) {
  const auto key = [](const Round& round) {
    return std::tuple(round.interval, round.at, round.link, round.end);
  };
  std::sort(first.begin(), first.end(), [&](const Round& a, const Round& b) { return key(a) < key(b); });
  for (const Round& round : first) {
    TRIMTAB_CHECK(round.at < round.interval);
    if (cycles_.empty() || cycles_.back().interval != round.interval)
      cycles_.push_back({.interval = round.interval, .rounds = {}, .begin = round.interval});
    cycles_.back().rounds.push_back(round);
  }
  find_soonest();
}

Rounds::Round Rounds::next() const {
  const Cycle& cycle = cycles_[soonest_];
  Round round = cycle.rounds[cycle.position];
  round.at += cycle.begin;
  return round;
}

void Rounds::advance() {
  Cycle& cycle = cycles_[soonest_];
  if (++cycle.position == cycle.rounds.size()) {
    cycle.position = 0;
    cycle.begin += cycle.interval;
  }
  if (cycles_.size() > 1) find_soonest();
}

void Rounds::find_soonest() {
  soonest_ = 0;
  for (std::size_t i = 1; i < cycles_.size(); ++i) {
    if (cycles_[i].at() < cycles_[soonest_].at()) soonest_ = i;
  }
}

}  // namespace trimtab::sim
