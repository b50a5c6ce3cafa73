#include "sim/probing.h"

#include <algorithm>
#include <chrono>

namespace trimtab::sim {
namespace {

using controller::Outcome;

Duration in_whole(Milliseconds rtt) {
  return std::chrono::duration_cast<Duration>(rtt);
}

}  // namespace

Probing::Probing(const Settings& settings)
    : settings_(settings),
      random_(settings.seed),
      quick_random_(random_.next()),
      suspicion_(probe::Allowance(settings.metered, std::nullopt, clock_at(Duration{0})), settings.timeout),
      results_(static_cast<std::size_t>(settings.probes)) {}

void Probing::expect(std::optional<Milliseconds> limit) {
  limit_ = limit.value_or(Milliseconds::max());
  suspicion_.expect(limit);
}

void Probing::hear_peer(Duration at) {
  peer_heard_at_ = std::min(at, peer_heard_at_.value_or(at));
}

Duration Probing::leaves_at(int index) const {
  return end_ - settings_.interval * (settings_.probes - 1 - index) / settings_.probes;
}

Probing::Result Probing::result_of(const std::optional<Milliseconds>& answered) const {
  if (!answered) return {};
  if (*answered > settings_.timeout) return {Outcome::late, {}};
  return {Outcome::answered, *answered};
}

bool Probing::is_calm(const Result& result) const {
  return result.outcome == Outcome::answered && result.rtt <= limit_;
}

// Silence ends with an answer, and quick probes with what follows: both are seen only by who looks.
bool Probing::follows_all() const {
  return settings_.has_traffic || !calm_ || !flying_.empty() || suspicion_.next_deadline();
}

void Probing::begin_round(Duration end, const Wire& wire) {
  const bool followed = follows_all();
  end_ = end;
  next_ = 0;
  calm_ = true;
  if (!followed) draw_calm(wire);
}

// The first ones, as far as they are calm. What the next one meets is drawn as it leaves.
void Probing::draw_calm(const Wire& wire) {
  for (; next_ < settings_.probes; ++next_) {
    const Rng before = random_;
    Result& result = results_[static_cast<std::size_t>(next_)];
    result = result_of(answer(wire.model, leaves_at(next_), wire.queues, random_));
    if (!is_calm(result)) {
      random_ = before;
      return;
    }
    suspicion_.regular_was_sent();
  }
}

void Probing::finish_round() {
  if (calm_ && late_rounds_.empty()) {
    known_ = true;
  } else {
    late_rounds_.push_back({known_at(), results_});
  }
}

// Answers of a calm round come well before the next probe leaves: nobody waits for those.
Duration Probing::known_at() const {
  Duration known = end_;
  for (int i = 0; i < settings_.probes; ++i) {
    const Result& result = results_[static_cast<std::size_t>(i)];
    const bool answered = result.outcome == Outcome::answered;
    known = std::max(known, leaves_at(i) + (answered ? in_whole(result.rtt) : settings_.timeout));
  }
  return known;
}

// Rounds before batches, as the prober hands them on.
bool Probing::take_sample(Duration now, controller::Sample& sample) {
  if (take_round(now, sample)) {
    suspicion_.round_ended();
    sample.quick = false;
    return true;
  }
  if (batches_.empty()) return false;
  const auto& results = batches_.front();
  const bool known =
      results.size() == probe::kBatchProbes &&
      std::all_of(results.begin(), results.end(), [](const auto& one) { return one.has_value(); });
  if (!known) return false;
  sample.probes.clear();
  for (const auto& result : results) sample.probes.push_back(*result);
  sample.quick = true;
  batches_.erase(batches_.begin());
  ++first_batch_;
  return true;
}

bool Probing::take_round(Duration now, controller::Sample& sample) {
  if (!late_rounds_.empty() && late_rounds_.front().known_at <= now) {
    sample.probes = std::move(late_rounds_.front().results);
    late_rounds_.erase(late_rounds_.begin());
    return true;
  }
  if (!std::exchange(known_, false)) return false;
  sample.probes = results_;
  return true;
}

void Probing::advance(Duration now, const Wire& wire) {
  if (peer_heard_at_ && *peer_heard_at_ <= now) {
    peer_heard_at_.reset();
    suspicion_.hear_peer(clock_at(now));
  }
  land(now);
  suspicion_.advance(clock_at(now));
  while (next_ < settings_.probes && leaves_at(next_) <= now) leave(now, wire);
  const auto is_due = [&] { return suspicion_.quick_tick().value_or(MonotonicTime::max()) <= clock_at(now); };
  while (is_due()) leave_quickly(now, wire);
  // Whatever it was is over, and an answer has ended the silence: the rest of the round need not be followed.
  if (next_ > 0 && !follows_all()) draw_calm(wire);
}

std::optional<Duration> Probing::next_deadline() const {
  std::optional<Duration> earliest = peer_heard_at_;
  const auto consider = [&](Duration at) { earliest = std::min(at, earliest.value_or(at)); };
  if (next_ < settings_.probes) consider(leaves_at(next_));
  if (!flying_.empty()) consider(flying_.back().at);
  if (!late_rounds_.empty()) consider(late_rounds_.front().known_at);
  if (const auto deadline = suspicion_.next_deadline()) consider(*deadline - kStart);
  return earliest;
}

void Probing::leave(Duration now, const Wire& wire) {
  const auto answered = answer(wire.model, now, wire.queues, random_);
  const Result result = results_[static_cast<std::size_t>(next_++)] = result_of(answered);
  calm_ = calm_ && is_calm(result);
  suspicion_.goes_out(++sequence_, false, clock_at(now));
  suspicion_.regular_was_sent();
  suspicion_.give_way(clock_at(now));
  if (!answered) return;
  fly({.at = now + in_whole(*answered), .left = now, .sequence = sequence_, .answer = result, .batch = {}});
}

void Probing::leave_quickly(Duration now, const Wire& wire) {
  if (suspicion_.first_of_batch()) batches_.emplace_back();
  suspicion_.goes_out(++sequence_, true, clock_at(now));
  auto& results = batches_.back();
  Flying flying{.at = now + suspicion_.quick_timeout(),
                .left = now,
                .sequence = sequence_,
                .answer = {},
                .batch = first_batch_ + batches_.size() - 1,
                .place = results.size()};
  results.emplace_back();
  fly(flying);
  const auto answered = answer(wire.model, now, wire.queues, quick_random_);
  if (!answered) return;
  if (!heard_at_) heard_at_ = now + in_whole(*answered) / 2;
  flying.at = now + in_whole(*answered);
  flying.answer = result_of(answered);
  fly(flying);
}

void Probing::fly(const Flying& flying) {
  const auto later = [](const Flying& one, const Flying& other) { return one.at > other.at; };
  flying_.insert(std::lower_bound(flying_.begin(), flying_.end(), flying, later), flying);
}

void Probing::land(Duration now) {
  while (!flying_.empty() && flying_.back().at <= now) {
    const Flying landed = flying_.back();
    flying_.pop_back();
    if (const auto& answer = landed.answer) {
      const bool timed = answer->outcome == Outcome::answered;
      suspicion_.was_answered(landed.sequence, timed ? std::optional(answer->rtt) : std::nullopt,
                              clock_at(now));
    }
    if (landed.batch) note_quick(landed, now);
  }
}

// As the prober's ledger has it: overtaken, it is lost after a second; else it has the time of all. An answer
// improves on that while the batch is under way.
void Probing::note_quick(const Flying& landed, Duration now) {
  if (landed.answer) answered_until_ = std::max(answered_until_, landed.left);
  if (*landed.batch < first_batch_) return;
  auto& result = batches_[*landed.batch - first_batch_][landed.place];
  if (landed.answer) {
    result = landed.answer;
  } else if (!result) {
    const Duration last = landed.left + settings_.timeout;
    if (landed.left < answered_until_ || now >= last) {
      result = Result{};
      return;
    }
    Flying again = landed;
    again.at = std::min(now + probe::kLookAgain, last);
    fly(again);
  }
}

}  // namespace trimtab::sim
