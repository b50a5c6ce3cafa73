#include "controller/link.h"

#include <algorithm>

#include "controller/steadiness.h"

namespace trimtab::controller {
namespace {

using Turn = Availability::Turn;

// A link's first value comes from one round and may be off by that round's noise, just short of the
// hysteresis, for ever. After thirty rounds the first one weighs 4 % at α = 0.1. Then a quarter of the
// hysteresis is enough, once: half of it would leave too little room above the noise that remains, an eighth
// would publish that noise.
constexpr int kSettledRounds = 30;
constexpr double kSettledPart = 0.25;

// Without a finished round for so many intervals (starved, suspended) a link earns nothing.
constexpr int kSilentIntervals = 3;

// 0.2 ms: below it a kernel's own scheduling is all that is seen. In units of 0.1 ms.
constexpr double kLeastStep = 2;
// Proven loss moves with every probe that enters or leaves a window: a quarter of its cost is one step.
constexpr double kStepOfLoss = 0.25;

bool possible(Value value, mesh::Policy policy) {
  if (policy == mesh::Policy::path) return value >= 1 && value <= kLastResort;
  return value == kLastResortPreference || (value >= kLowestPreference && value <= kHighestPreference);
}

bool worth_differs(const mesh::Tuning& a, const mesh::Tuning& b) {
  return a.cost_per_rtt_ms != b.cost_per_rtt_ms ||
         a.cost_per_inverse_bandwidth != b.cost_per_inverse_bandwidth || a.cost_per_loss != b.cost_per_loss ||
         a.cost_bandwidth_floor != b.cost_bandwidth_floor || a.estimator != b.estimator ||
         a.steadiness != b.steadiness || a.memory != b.memory;
}

// For how long what its own load did to a link is remembered: an hour at the shipped `memory`. Where no way
// is wide enough every end of it moves traffic to and fro, and no hour should see that twice.
Duration remembered(const mesh::Tuning& tuning) {
  return tuning.memory * 4 / 3;
}

}  // namespace

Link::Link(const Settings& settings, const LinkSettings& own, MonotonicTime now)
    : own_(own), stability_(now, settings.policy, settings.tuning) {}

bool Link::restore(MonotonicTime now, Value published, const Settings& settings) {
  if (!possible(published, settings.policy)) return false;
  const bool usable = published != last_resort(settings.policy);
  availability_.restore(usable);
  stability_.restore(now, published, settings.tuning);
  restored_ = usable;
  return true;
}

void Link::reconfigure(MonotonicTime now, const Settings& before, const Settings& settings,
                       const LinkSettings& own) {
  const bool differs = own.bandwidth != own_.bandwidth || own.bias != own_.bias ||
                       worth_differs(before.tuning, settings.tuning);
  own_ = own;
  if (differs || settings.policy != before.policy) before_drop_.reset();  // it was worth something else then
  if (settings.policy != before.policy) {  // another scale: the old value means nothing on it
    stability_ = Stability(now, settings.policy, settings.tuning);
    stability_.release(Reason::settings);
    own_load_.forget();
    restored_ = false;
    return;
  }
  if (settings.tuning.publish_burst != before.tuning.publish_burst ||
      settings.tuning.publish_refill != before.tuning.publish_refill) {
    stability_.retune(now, settings.tuning);
  }
  if (differs && up()) stability_.owe(Reason::settings);
}

void Link::round(MonotonicTime now, const Sample& sample, const Settings& settings) {
  const LastRound round = summarise(sample, now);
  const int probes = round.answered + round.late + round.lost;
  if (sample.quick) quick_round_.reset();
  if (probes == 0) return;
  if (sample.quick) return quick_round(now, sample, round, settings);
  last_round_ = round;
  own_load_.round_finished();
  const Turn what = availability_.round(now, round, rules(settings));
  turn(now, what, settings);
  const bool anew = what == Turn::first_answer || what == Turn::answering_again;
  loss_.count(sample, anew);
  loss_.prove(now, probes, own_load_);
  rtt_.add(round, settings.tuning.smoothing);
  if (round.rtt) {
    steady_.add({*round.rtt, round.jitter, own_.interval, round.usual_difference}, settings.tuning);
    if (const auto shift = levels_.add(*round.rtt)) shift_ = shift;
  } else {
    steady_.no_rtt(own_.interval, settings.tuning);
  }
  bandwidth_.expire(now, assumed_bandwidth());
  check_boundaries(round, settings);
  check_settled(settings);
  if (loss_.window().probes(LossWindow::kMiddle) == LossWindow::kMiddle) restored_ = false;
}

// Says more of a link that is up, and nothing else: neither a drop nor a return rests on quick probes alone.
void Link::quick_round(MonotonicTime now, const Sample& sample, const LastRound& round,
                       const Settings& settings) {
  if (!up()) return;
  loss_.count(sample, false);
  loss_.prove(now, round.answered + round.late + round.lost, own_load_);
  if (round.rtt) steady_.confirm(*round.rtt);
  quick_round_ = round;
  check_boundaries(round, settings);
}

void Link::throughput(MonotonicTime now, const ThroughputSample& sample, const Settings& settings) {
  const std::optional<LastRound> measured =
      sample.quick ? std::exchange(quick_round_, std::nullopt) : last_round_;
  if (!measured) return;
  const OwnLoad::Round round{.load = sample.load,
                             .rtt = measured->rtt,
                             .clearly = steady_.clearly(),
                             .capacity = bandwidth_.rate() ? bandwidth_.rate() : own_.bandwidth,
                             .interval = own_.interval};
  if (sample.quick) return own_load_.add_quick(round);
  own_load_.add(now, round, remembered(settings.tuning));
  if (!sample.arrived) return;
  // What fills up is the direction with the greater load: the other one's rate proves nothing.
  const bool proves = own_load_.saturated() && *sample.arrived >= sample.load;
  bandwidth_.add(now, {*sample.arrived, proves}, assumed_bandwidth(), settings.tuning.smoothing);
}

void Link::condition_changed(MonotonicTime now, const Condition& condition, const Settings& settings) {
  turn(now, availability_.condition_changed(now, condition, rules(settings)), settings);
}

void Link::advance(MonotonicTime now, const Settings& settings) {
  turn(now, availability_.advance(now, rules(settings)), settings);
}

void Link::turn(MonotonicTime now, Turn turn, const Settings& settings) {
  switch (turn) {
    case Turn::none:
      break;
    case Turn::first_answer:
      loss_.clear();
      stability_.release(Reason::first_answer);
      break;
    case Turn::dropped:
      drop(now, settings);
      break;
    case Turn::answering_again:
      start_anew();
      break;
    case Turn::returned:
      stability_.uncross(Reason::down);
      stability_.owe(Reason::returned);
      break;
  }
}

void Link::drop(MonotonicTime now, const Settings& settings) {
  const bool loaded = own_load_.dropped(now, remembered(settings.tuning));
  if (!loaded) before_drop_.reset();
  // Down again before its return was published: what it was before still counts.
  if (loaded && published() != last_resort(settings.policy)) before_drop_ = published();
  restored_ = false;
  stability_.forgive();
  stability_.cross(Reason::down);
}

void Link::start_anew() {
  rtt_ = {};
  steady_ = {};
  levels_ = {};
  loss_.clear();
  loss_boundary_ = {};
  rtt_boundary_ = {};
  bandwidth_.doubt();  // a slow link is not assumed to be fast because it flapped
}

void Link::check_boundaries(const LastRound& round, const Settings& settings) {
  const auto note = [this](Crossing crossing, Reason beyond, Reason back) {
    if (!up()) return;  // nothing but last resort is published: the value at the return says it all
    if (crossing == Crossing::beyond) stability_.cross(beyond);
    if (crossing != Crossing::back) return;
    stability_.uncross(beyond);
    stability_.owe(back);
  };
  note(loss_boundary_.update(loss_.proven(), round.answered + round.late + round.lost, settings.tuning),
       Reason::loss_boundary, Reason::loss_recovered);
  if (const auto smoothed = rtt(settings)) {
    note(rtt_boundary_.update(*smoothed, settings.tuning), Reason::rtt_boundary, Reason::rtt_recovered);
  }
}

void Link::check_settled(const Settings& settings) {
  // The steady estimate's steps are small: nothing is left to settle.
  if (noise(settings) || !up() || rtt_.rounds() != kSettledRounds || !last_round_->rtt) return;
  const auto value = computed(settings);
  if (value && exceeds_step(published(), *value, settings.policy, settings.tuning, kSettledPart)) {
    stability_.owe(Reason::settled);
  }
}

Availability::Rules Link::rules(const Settings& settings) const {
  return {.earned_return = settings.tuning.earned_return,
          .earned_return_limit = settings.tuning.earned_return_limit,
          .silence = kSilentIntervals * own_.interval + settings.tuning.probe_timeout};
}

std::optional<Milliseconds> Link::mean(const Settings& settings) const {
  return settings.is_steady() && up() ? steady_.mean() : std::nullopt;
}

double Link::share_of_rtt(Milliseconds mean, const Settings& settings) const {
  auto usual = figures(settings);
  if (!usual) return 0;
  usual->rtt = mean;
  usual->loss = Ratio{0};
  const Cost cost = cost_of(*usual, settings.tuning);
  const double of_rtt = cost.rtt.count();
  return of_rtt > 0 ? of_rtt / std::max(of_rtt, cost.total().count()) : 0;
}

// The RTT's, as far as the cost is made of it: where that is less than the kernel's own scheduling, it may
// double from round to round and nobody's cost has moved.
std::optional<Ratio> Link::noise(const Settings& settings) const {
  const auto usual = mean(settings);
  if (!usual) return std::nullopt;
  return Ratio{steady_.noise().value * share_of_rtt(*usual, settings)};
}

std::optional<double> Link::step(const Settings& settings) const {
  const auto usual = mean(settings);
  if (!usual) return std::nullopt;
  // Of what is computed where last resort is published: that is no measure of anything.
  const double worth = std::min(published(), computed(settings).value_or(kLastResort));
  const double of_loss = settings.tuning.cost_per_loss * loss_.believed().value * kValuesPerMillisecond;
  const double of_rtt = share_of_rtt(*usual, settings) * std::max(0.0, worth - of_loss);
  return std::max(
      {least_step(steady_.noise(), settings.tuning).value * of_rtt, kLeastStep, kStepOfLoss * of_loss});
}

bool Link::waits_for_a_spell(const Settings& settings) const {
  return settings.is_steady() && steady_.waits_for_a_spell();
}

std::optional<Milliseconds> Link::rtt(const Settings& settings) const {
  return settings.is_steady() ? steady_.rtt(settings.tuning) : rtt_.rtt();
}

std::optional<Figures> Link::figures(const Settings& settings) const {
  const auto smoothed = rtt(settings);
  if (!smoothed) return std::nullopt;
  return Figures{.rtt = *smoothed,
                 .jitter = rtt_.jitter().value_or(Milliseconds{0}),
                 .bandwidth = bandwidth_.rate().value_or(assumed_bandwidth()),
                 .loss = loss_.believed(),
                 .bias = own_.bias};
}

std::optional<Value> Link::computed(const Settings& settings) const {
  const auto known = figures(settings);
  return known ? std::optional(value_of(*known, settings.policy, settings.tuning)) : std::nullopt;
}

// A full link that dropped by chance returns as what it was.
std::optional<Value> Link::returning(MonotonicTime now, const Settings& settings) const {
  const auto value = computed(settings);
  const bool returns = published() == last_resort(settings.policy) && before_drop_ && own_load_.was_left(now);
  if (!value || !returns) return value;
  return stability_.worse(*before_drop_, *value) ? before_drop_ : value;
}

// Where its own load is the only reason to get better, it does not count on that either.
std::optional<Value> Link::wants(MonotonicTime now, const Settings& settings) const {
  const auto value = up() ? computed(settings) : std::nullopt;
  const bool better = value && stability_.worse(published(), *value);
  return better && own_load_.holds(now) ? published() : value;
}

Ratio Link::added_by_own_load(const Settings& settings) const {
  if (!up() || !own_load_.is_loaded() || published() >= kLastResort) return {};
  const auto known = figures(settings);
  if (!known) return {};
  Figures empty = *known;
  empty.rtt = std::min(known->rtt, own_load_.unloaded());
  empty.loss = Ratio{0};
  const double without = value_of(empty, settings.policy, settings.tuning);
  return Ratio{std::clamp(1 - without / published(), 0.0, 1.0)};
}

std::optional<Target> Link::target(MonotonicTime now, const Settings& settings) const {
  if (!up()) return Target{.value = last_resort(settings.policy)};
  const auto value = returning(now, settings);
  if (!value) return std::nullopt;
  Target target{.value = *value, .step = step(settings), .doubts = own_load_.holds(now)};
  if (restored_) {
    // The probes behind what an earlier run published are gone: another value waits for fresh ones.
    const Held restarted{Holding::restarted, {}};
    if (loss_.window().probes(LossWindow::kShort) < LossWindow::kShort) target.not_worse = restarted;
    target.not_better = restarted;
  } else if (waits_for_a_spell(settings)) {
    target.not_better = Held{Holding::short_spell, {}};  // it is slow just now, whatever it will be
  }
  return target;
}

std::optional<Decision> Link::decide(MonotonicTime now, const Settings& settings, const Rivals& rivals) {
  const auto wanted = target(now, settings);
  const Verdict verdict = wanted ? stability_.judge(now, *wanted, rivals, settings.tuning) : Verdict{};
  minds_rivals_ = verdict.held && verdict.held->why != Holding::hysteresis;
  due_.reset();
  if (verdict.held && verdict.held->until && *verdict.held->until > now) due_ = verdict.held->until;
  if (const auto earned = availability_.earned_at(rules(settings)); earned && *earned > now) due_ = earned;
  if (!verdict.publication) {
    if (wanted && wanted->value == published()) stability_.forgive();
    return std::nullopt;
  }

  Decision decision{.at = now,
                    .neighbour = neighbour(),
                    .from = published(),
                    .to = verdict.publication->value,
                    .reason = verdict.publication->reason,
                    .drop = availability_.drop(),
                    .standing = availability_.standing(),
                    .figures = figures(settings),
                    .computed = computed(settings),
                    .to_earn = availability_.to_earn(now, rules(settings))};
  stability_.publish(now, *verdict.publication);
  const bool dropped = published() == last_resort(settings.policy);
  if (!dropped && decision.reason != Reason::returned) before_drop_.reset();
  // A link that returned as full is held at that.
  if (const auto next = own_load_.holds(now); before_drop_ && next && next->until && !due_)
    due_ = next->until;
  return decision;
}

}  // namespace trimtab::controller
