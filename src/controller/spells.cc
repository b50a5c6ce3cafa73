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

// On what terms the next spell is waited for.
struct Terms {
  double many;         // so many short spells of late,
  double of_long_one;  // and so many more for each that was long.
  // Spells that are waited for are paid for. Where they are so long or so high that this is more than so much
  // of what the link is usually like, on average of the last two memories, each is followed.
  double most_of_usual;
};
// One alone may be an accident. Each counts for less by and by: it is the fourth where they come every twelve
// minutes, the sixth every half an hour. With four, of those each would be followed. A long one is worth
// three of them: where every other one is just as long as what is waited for, it would be followed when it
// ends. A half is a hundredth of the time at 50 times the RTT.
constexpr Terms kOften{.many = 2, .of_long_one = 3, .most_of_usual = 0.5};
// With a round in a minute or more a short spell is one that a single round has seen, and waiting means the
// second one. Most slow rounds of measured links are over by then, so a single one of late will do, and two
// long ones take nothing from it. Were there nothing that has to be known, every first brownout would be
// followed a round late; were it two lone ones, calm meshes would change a tenth more often. A round is long:
// with a half of the usual, links with many tall ones would cost a fortieth more. At five minutes and more a
// round is too long to wait for.
constexpr Terms kSeldom{.many = 0.2, .of_long_one = 0.3, .most_of_usual = 0.1};
constexpr Duration kSeldomFrom = kMostWorth;
constexpr Duration kTooSeldom = std::chrono::minutes{5};

// A spell counts for 1/e after so many memories, an hour and a half at the shipped one. A link that is seldom
// looked at shows few of its spells: there after so many rounds, if that is later: a day of four minutes.
// Half of it, and calm meshes change a fiftieth more often.
constexpr double kCountedFor = 2;
constexpr double kCountedForRounds = 360;

// For so many times the mean of the short ones it is waited. They are measured in whole rounds: with less,
// some of theirs would be followed just as they end; with a whole two, one round more is waited for.
constexpr double kOutlasted = 1.9;

}  // namespace

void Spells::pass(Duration interval, const mesh::Tuning& tuning) {
  worth_ = std::min<Duration>(tuning.dwell / kWorthOfDwell, kMostWorth);
  interval_ = interval;
  lately_s_ = kCountedFor * Seconds(tuning.memory).count();
  const double passed_s = Seconds(interval).count();
  const double counted_for_s = is_seldom() ? std::max(lately_s_, kCountedForRounds * passed_s) : lately_s_;
  const double kept = std::exp(-passed_s / counted_for_s);
  for (double* count : {&short_, &long_}) *count *= kept;
  short_s_ *= std::exp(-passed_s / lately_s_);
  if (!under_way_) return;
  if (!within_round_ || rounds_ > 1) {
    age_ += interval;
  } else if (rounds_ == 1) {
    age_ += interval / 2;
  }
  ++rounds_;
  // One that was seen in one round was short, however far apart those are.
  const int seen = within_round_ ? rounds_ - 1 : rounds_;
  if (age_ >= worth_ && (seen > 1 || worth_ == Duration{0})) close(false);
}

void Spells::begin(const Begin& begin) {
  under_way_ = waits_ = true;
  within_round_ = begin.within_round;
  age_ = begin.seen_for;
  rounds_ = begin.seen_for > Duration{0} ? 1 : 0;
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

bool Spells::is_seldom() const {
  return interval_ >= kSeldomFrom;
}

bool Spells::is_to_wait(double height) const {
  const Terms& terms = is_seldom() ? kSeldom : kOften;
  if (worth_ == Duration{0} || interval_ >= kTooSeldom || short_ < terms.many + terms.of_long_one * long_)
    return false;
  if (height * short_s_ / lately_s_ > terms.most_of_usual) return false;
  return rounds_ == 0 || (age_ < worth_ && Seconds(age_).count() < kOutlasted * short_s_ / short_);
}

}  // namespace trimtab::controller
