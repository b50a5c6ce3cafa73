#include "controller/spells.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace trimtab::controller {
namespace {

using Seconds = std::chrono::duration<double>;

// What lasts for half the dwell is worth a change of routes, or for a minute where that is less. Homes' links
// hold their values for a minute and more: at twice as much they would be left for none of them.
constexpr int kWorthOfDwell = 2;
constexpr Duration kMostWorth = std::chrono::minutes{1};

// Spells that are waited for are paid for. Where they are so long or so high that this is more than half of
// what the link is usually like, on average, each is followed: a hundredth of the time at 50 times the RTT.
constexpr double kMostOfUsual = 0.5;

// So many short spells of late, and the next one is waited for: one alone may be an accident. Each counts for
// less by and by: it is the fourth where they come every twelve minutes, the sixth every half an hour. With
// four, of those each would be followed. A long one is worth three of them: where every other one is just as
// long as what is waited for, it would be followed when it ends.
struct Usual {
  double many, of_long_one;
};
constexpr Usual kOften{.many = 2, .of_long_one = 3};
// Where one round lies further from the next than what is worth a change of routes, a short spell is one that
// a single round has seen, and waiting means the second one. Most lone rounds of measured links are over by
// then, so a single one of late will do, with up to three long ones for each. Were it nothing that has to be
// known, every first brownout would be followed a round late.
constexpr Usual kSeldom{.many = 0.2, .of_long_one = 0.3};

// A spell counts for 1/e after so many memories, an hour and a half at the shipped one, or after so many
// rounds where that is later: a link that is seldom looked at shows few of its spells.
constexpr double kCountedFor = 2;
constexpr double kCountedForRounds = 360;

// For so many times the mean of the short ones it is waited. They are measured in whole rounds: with less,
// some of theirs would be followed just as they end; with a whole two, one round more is waited for.
constexpr double kOutlasted = 1.9;

}  // namespace

void Spells::pass(Duration interval, const mesh::Tuning& tuning) {
  worth_ = std::min<Duration>(tuning.dwell / kWorthOfDwell, kMostWorth);
  seldom_ = interval >= worth_;
  counted_for_s_ =
      std::max(kCountedFor * Seconds(tuning.memory).count(), kCountedForRounds * Seconds(interval).count());
  const double kept = std::exp(-Seconds(interval).count() / counted_for_s_);
  for (double* sum : {&short_, &long_, &short_s_}) *sum *= kept;
  if (!under_way_) return;
  age_ += interval;
  ++rounds_;
  // One that was seen in one round was short, however far apart those are.
  if (age_ >= worth_ && (rounds_ > 1 || worth_ == Duration{0})) close(false);
}

void Spells::begin() {
  under_way_ = waits_ = true;
  age_ = {};
  rounds_ = 0;
}

void Spells::end() {
  if (under_way_) close(true);
}

void Spells::close(bool was_short) {
  ++(was_short ? short_ : long_);
  if (was_short) short_s_ += Seconds(age_).count();
  under_way_ = waits_ = false;
}

void Spells::see(double height) {
  waits_ = waits_ && is_to_wait(height);
}

bool Spells::is_to_wait(double height) const {
  const Usual& usual = seldom_ ? kSeldom : kOften;
  if (worth_ == Duration{0} || short_ < usual.many + usual.of_long_one * long_) return false;
  if (height * short_s_ / counted_for_s_ > kMostOfUsual) return false;
  return rounds_ == 0 || (age_ < worth_ && Seconds(age_).count() < kOutlasted * short_s_ / short_);
}

}  // namespace trimtab::controller
