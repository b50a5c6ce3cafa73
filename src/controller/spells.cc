#include "controller/spells.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace trimtab::controller {
namespace {

using Seconds = std::chrono::duration<double>;

// What lasts for half the dwell or longer, a minute at the shipped one, is worth a change of routes. Homes'
// links hold their values for a minute and more: at twice as much they would be left for none of them.
constexpr int kWorthOfDwell = 2;

// So many more short spells than long ones, of late, and the next one is waited for: from the third or fourth
// on. One alone may be an accident; with four, a spell an hour is followed each time.
constexpr double kMany = 2;

// A spell counts for 1/e after so many memories, an hour and a half at the shipped one.
constexpr double kCountedFor = 2;

// For so many times the mean of the short ones it is waited. They are measured in whole rounds: with less,
// some of theirs would be followed just as they end; with a whole two, one round more is waited for.
constexpr double kOutlasted = 1.9;

}  // namespace

void Spells::pass(Duration interval, const mesh::Tuning& tuning) {
  worth_ = tuning.dwell / kWorthOfDwell;
  const double kept = std::exp(-Seconds(interval) / (kCountedFor * Seconds(tuning.memory)));
  for (double* sum : {&short_, &long_, &short_s_}) *sum *= kept;
  if (!under_way_) return;
  age_ += interval;
  ++rounds_;
}

// One that was seen in one round was short, however far apart those are.
void Spells::end() {
  if (age_ < worth_ || (rounds_ <= 1 && worth_ > Duration{0})) {
    ++short_;
    short_s_ += Seconds(age_).count();
  } else {
    ++long_;
  }
  under_way_ = false;
  age_ = {};
  rounds_ = 0;
}

bool Spells::waits() const {
  if (!under_way_ || short_ - long_ < kMany) return false;
  return rounds_ == 0 || (age_ < worth_ && Seconds(age_).count() < kOutlasted * short_s_ / short_);
}

}  // namespace trimtab::controller
