#include "controller/steady.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "controller/steadiness.h"

namespace trimtab::controller {
namespace {

// For how long a level has been far from the mean says for how long it will be: that is what is not known of
// anything else. After so much of the memory, 27 minutes at the shipped one, half of what the mean kept from
// the level's weight is given to it. Half of this, and homes' links change a tenth more often for nothing;
// twice, and what became a third dearer than another way for good is left after 20 minutes instead of ten.
constexpr double kLastingMemory = 0.6;
// It grows in so many steps: a calm link would else publish it every half minute, and have no change left in
// its bucket for the way back.
constexpr double kStepsOfLasting = 16;
// Far begins here and ends there. A fifth, and calm meshes change a tenth more often. Were it to end where
// it begins, a mean that learns would end it, and a level that is half learnt count less again; were it to
// end where the level crosses the mean, a link that is a little slower since a brownout had no usual for
// hours.
constexpr double kFarDeparture = 0.3;
constexpr double kNearDeparture = 0.1;

// The mean learns from no more than this part of it upwards, so that ten bad minutes are not what a calm link
// is usually like, and it is returned to when they are over. With half of it calm meshes pay a twentieth more
// of what they pay above the shortest path, with twice as much they change a twentieth more often.
constexpr double kLearntOfARise = 0.33;

// Where values wander the mean is that of all of them: (n / 4 %)² of it may be learnt at once. With twice
// this noise, what is large in homes' links is cut off, and their means are too low; with half of it, a lone
// spike is what a server's link is like.
constexpr double kNoiseOfAll = 0.04;

// Most large rises end, and what the mean has learnt of one has to be unlearnt before traffic returns; a
// small one is more likely to stay. So a calm link's mean learns falls and small rises sooner, by these
// shares, and by a quarter of them at a noise of 4.5 %: where values wander, a fall says no more than a rise.
// Without the first, calm meshes pay a tenth more of what they pay above the shortest path, without the
// second a fortieth; with twice as much, they change a tenth and a twentieth more often. With half of
// kSmallRise or of kCalm they pay a little more, with twice as much they change a twentieth more often.
constexpr double kHasteOfFalls = 1.6;
constexpr double kHasteOfSmallRises = 0.35;
constexpr double kSmallRise = 0.1;
constexpr double kCalm = 0.045;

// Rounds that noise, jitter and gain look back on: 25 minutes at the shipped pace. Halved, margins follow
// single spikes; doubled, a link that has become calm keeps a wild one's margin for an hour.
constexpr int kNoiseRounds = 100;

// A link's first rounds tell its jitter as if so many calm ones had been before. More of them, and a link
// with jitter suspects itself for minutes and has no quick probes left when it becomes slow; with none, a
// lone spike of 100 ms in the first round would hide a step of 200 ms from it.
constexpr int kCalmRounds = 3;

// The gain is learnt from changes up to a twentieth: beyond, a step is judged as a step, and a few large
// spikes would drown what the many small changes say. It never goes below a tenth, ten rounds.
constexpr double kMostChange = 0.05;
constexpr double kLeastGain = 0.1;

// A coarse clock may say 0; shares of a mean need something to be a share of.
constexpr double kLeastRtt_ms = 0.001;

// A change of the whole mean in one round is as noisy as a link can be; spikes of 47 s do not count as more.
constexpr double kMostNoise = 1.0;

// Suspicious: above the usual by this many times the noise, and by no less than a tenth and 5 ms, below which
// nobody feels the difference. A clear step, and a suspicious answer: by as many times the jitter too.
// Halved, one round in ten of a link with 10 % jitter is looked at twice; doubled, a step of half the RTT on
// such a link has to wait for the next round.
constexpr double kSuspiciousDeviations = 4;
constexpr double kSuspiciousPart = 0.1;
constexpr double kSuspiciousFloor_ms = 5;

// By how much the medians of two rounds differ for each millisecond that successive probes usually do: for
// five probes of normally distributed RTT 0.74, and less for more of them. What a young link's few rounds
// cannot tell of its noise, the probes within them can. Not jitter, the mean of the differences: the round in
// which a link becomes slow has the step in it, and the margin grown by it would hold the traffic there.
constexpr double kNoiseOfDifference = 0.74;

// How many times as soon as a large rise this is learnt. `departure`: of the round from the mean, as a share.
double haste(double departure, double noise) {
  const double calm = kCalm / (noise + kCalm);
  const double most = departure < 0 ? kHasteOfFalls : departure < kSmallRise ? kHasteOfSmallRises : 0;
  return 1 + most * calm * calm;
}

}  // namespace

void SteadyEstimate::add(const Round& round, const mesh::Tuning& tuning) {
  const double x = std::max(round.rtt.count(), kLeastRtt_ms);
  const Lesson lesson{
      .rtt_ms = x,
      .jitter_ms = round.jitter.value_or(Milliseconds{jitter_ms_}).count(),
      .usual_difference_ms = round.usual_difference.value_or(Milliseconds{usual_difference_ms_}).count(),
      .of_memory = std::chrono::duration<double>(round.interval) / tuning.memory};
  if (rounds_ == 0) {
    rounds_ = 1;
    mean_ms_ = level_ms_ = last_ms_ = x;
    learn_jitter(lesson);
    return;
  }
  boundary_ms_ = tuning.rtt_boundary.count();
  const bool confirmed = std::exchange(confirmed_, false);
  spells_.pass(round.interval, tuning);
  const double gain = this->gain();
  const std::optional<Lesson> first = suspected_;
  if (first) {
    resolve(*first);  // nobody confirmed or cleared it: it counts for what it was
  } else if (is_suspicious(x)) {
    suspected_ = lesson;
    return;
  }
  learn(lesson);
  // On average half of this round's probes were sent before the quick ones, and say what was before.
  if (confirmed && x < level_ms_) return;
  const bool by_two_rounds = first && first->of_memory > 0;
  take_step(first ? seen_twice(first->rtt_ms, x) : x, gain,
            {.seen_for = by_two_rounds ? round.interval : Duration{}});
  note_departure(lesson.of_memory);
}

void SteadyEstimate::no_rtt(Duration interval, const mesh::Tuning& tuning) {
  confirmed_ = false;
  spells_.pass(interval, tuning);
  see_spell();
}

void SteadyEstimate::resolve(Lesson lesson) {
  suspected_.reset();
  if (lesson.of_memory > 0) learn(lesson);
}

void SteadyEstimate::learn(const Lesson& lesson) {
  rounds_ = std::min(rounds_ + 1, std::numeric_limits<int>::max() - 1);
  mean_ms_ += share_of_mean(lesson) * learnt(lesson.rtt_ms - mean_ms_);
  const double weight = weight_of_round();
  const double change = (lesson.rtt_ms - std::exchange(last_ms_, lesson.rtt_ms)) / usual_ms();
  noise_ += weight * (std::min(std::fabs(change), kMostNoise) - noise_);
  learn_jitter(lesson);
  const double before = std::exchange(change_, std::clamp(change, -kMostChange, kMostChange));
  change_squared_ += weight * (change_ * change_ - change_squared_);
  change_product_ += weight * (change_ * before - change_product_);
}

// The rounds so far count alike until there are as many as `memory` holds. But five answers are never quicker
// than their link: what a young one was taken for before such a round was an accident, such as a handshake.
// And a brownout in a link's first hour must not become what it is like in the long run: traffic would stay
// away for many times as long as the brownout was.
double SteadyEstimate::share_of_mean(const Lesson& lesson) const {
  const double sooner = haste(lesson.rtt_ms / mean_ms_ - 1, noise().value);
  const double of_memory = std::min(1.0, sooner * lesson.of_memory);
  if (is_young() && lesson.rtt_ms < mean_ms_ - clearly_ms()) return 1;
  if (lesson.rtt_ms > mean_ms_ + clearly_ms()) return of_memory;
  return std::max(1.0 / rounds_, of_memory);
}

double SteadyEstimate::weight_of_round() const {
  return 1.0 / std::clamp(rounds_, kYoungRounds, kNoiseRounds);
}

double SteadyEstimate::learnt(double departure_ms) const {
  if (is_young()) return departure_ms;
  const double of_all = noise().value / kNoiseOfAll;
  return std::min(departure_ms, mean_ms_ * std::max(kLearntOfARise, of_all * of_all));
}

void SteadyEstimate::learn_jitter(const Lesson& lesson) {
  const int rounds = std::min(rounds_, kNoiseRounds) + kCalmRounds;
  jitter_ms_ += (lesson.jitter_ms - jitter_ms_) / rounds;
  usual_difference_ms_ += (lesson.usual_difference_ms - usual_difference_ms_) / rounds;
}

// `gain`: from before this round. With it, the first of two changes would say that nothing is taken back, and
// a spike be followed for most of its height.
void SteadyEstimate::take_step(double x, double gain, const Spells::Begin& begin) {
  const bool up = x > usual_ms() + clearly_ms();
  const bool waited = spells_.waits();
  note_spell(x, up, begin);
  if (waited && !spells_.under_way()) level_ms_ = spell_from_ms_;  // it is over, and was never followed
  const bool clear = up || x < level_ms_ - clearly_ms();
  const double moved_ms = clear ? x - level_ms_ : gain * (x - level_ms_);
  const double departure_ms = std::exchange(level_ms_, level_ms_ + moved_ms) - mean_ms_;
  see_spell();
  // A spell that is waited for is no noise, and no departure.
  if (waited || spells_.waits()) return;
  // What is further away than the level was is as young as its share of the way.
  if (clear && departure_ms * moved_ms > 0) away_ *= departure_ms / (departure_ms + moved_ms);
  wander_ += weight_of_round() * (std::min(std::fabs(moved_ms) / usual_ms(), kMostNoise) - wander_);
}

void SteadyEstimate::note_spell(double x, bool clearly_up, const Spells::Begin& begin) {
  if (clearly_up && !spells_.under_way()) {
    spells_.begin(begin);
    spell_from_ms_ = level_ms_;
    spell_above_ms_ = (level_ms_ + usual_ms() + clearly_ms()) / 2;
  } else if (x < spell_above_ms_) {
    spells_.end();
  }
}

void SteadyEstimate::see_spell() {
  if (level_ms_ > boundary_ms_) spells_.follow();
  spells_.see(level_ms_ / spell_from_ms_ - 1);
}

void SteadyEstimate::note_departure(double of_memory) {
  if (spells_.waits()) return;
  const double departure_ms = level_ms_ - mean_ms_;
  const bool begins = std::fabs(departure_ms) > std::max(kFarDeparture * mean_ms_, clearly_ms());
  const bool goes_on = away_ * departure_ms > 0 && std::fabs(departure_ms) > kNearDeparture * mean_ms_;
  away_ = goes_on || (away_ == 0 && begins) ? away_ + std::copysign(of_memory, departure_ms) : 0;
}

double SteadyEstimate::gain() const {
  if (change_squared_ <= 0) return 1;
  const double taken_back = std::clamp(-change_product_ / change_squared_, 0.0, 0.5);  // −ρ₁
  if (taken_back == 0) return 1;
  const double theta = (1 - std::sqrt(1 - 4 * taken_back * taken_back)) / (2 * taken_back);
  return std::max(kLeastGain, 1 - theta);
}

void SteadyEstimate::confirm(Milliseconds rtt) {
  if (rounds_ == 0) return;
  const double x = std::max(rtt.count(), kLeastRtt_ms);
  if (is_suspicious(x) && !suspected_) {
    suspected_ = Lesson{x, jitter_ms_, usual_difference_ms_, 0};
    return;
  }
  if (!suspected_) return;
  // Whether it confirms or clears: what more probes say is worth more than what the round said. But what its
  // probes' jitter explains is how the link is now and then, and is learnt from as it was.
  Lesson lesson = *suspected_;
  const double round_ms = lesson.rtt_ms;
  const double gain = this->gain();
  if (round_ms > usual_ms() + clearly_ms()) lesson.rtt_ms = x;
  resolve(lesson);
  const bool within_round = lesson.of_memory == 0;  // else one has just ended, and was suspicious itself
  const double seen_ms = seen_twice(round_ms, x);
  confirmed_ = confirmed_ || (within_round && seen_ms > usual_ms() + clearly_ms());
  take_step(seen_ms, gain, {.within_round = within_round});
  note_departure(0);
}

// A clear step is one that both saw. Where only the second did, the one was slow by chance as likely as the
// other was not, and it is no clear one.
double SteadyEstimate::seen_twice(double round_ms, double quick_ms) const {
  const double clear_ms = usual_ms() + clearly_ms();
  if (quick_ms < round_ms || round_ms > clear_ms) return quick_ms;
  return (round_ms + std::min(quick_ms, clear_ms)) / 2;
}

Ratio SteadyEstimate::noise() const {
  if (!is_young() || mean_ms_ <= 0) return Ratio{std::cbrt(noise_ * noise_ * wander_)};
  return Ratio{std::clamp(kNoiseOfDifference * usual_difference_ms_ / mean_ms_, noise_, kMostNoise)};
}

std::optional<Milliseconds> SteadyEstimate::rtt(const mesh::Tuning& tuning) const {
  if (rounds_ == 0) return std::nullopt;
  const double level_ms = waits_for_a_spell() ? std::min(level_ms_, spell_from_ms_) : level_ms_;
  const double departure = std::fabs(level_ms - mean_ms_) / mean_ms_;
  const double weight = weight_of_present(noise(), departure, tuning).value;
  const double age = std::fabs(away_);
  const double lasting = std::floor(kStepsOfLasting * age / (age + kLastingMemory)) / kStepsOfLasting;
  return Milliseconds{mean_ms_ + (weight + (1 - weight) * lasting) * (level_ms - mean_ms_)};
}

std::optional<Milliseconds> SteadyEstimate::mean() const {
  return rounds_ == 0 ? std::nullopt : std::optional(Milliseconds{mean_ms_});
}

double SteadyEstimate::usual_ms() const {
  return std::max(mean_ms_, level_ms_);
}

double SteadyEstimate::doubtful_ms() const {
  return std::max(
      {kSuspiciousFloor_ms, kSuspiciousPart * usual_ms(), kSuspiciousDeviations * noise_ * usual_ms()});
}

double SteadyEstimate::clearly_ms() const {
  return std::max(doubtful_ms(), kSuspiciousDeviations * jitter_ms_);
}

// Jitter is of single probes, and most of it is not in a round's median, which its own noise tells better
// once that is known. One in six probes that is slow by chance makes one round in forty so: no clear step,
// and no noise that a level should follow.
bool SteadyEstimate::is_suspicious(double x) const {
  return x > usual_ms() + (is_young() ? clearly_ms() : doubtful_ms());
}

std::optional<Milliseconds> SteadyEstimate::suspicious_above() const {
  return rounds_ == 0 ? std::nullopt : std::optional(Milliseconds{usual_ms() + clearly_ms()});
}

}  // namespace trimtab::controller
