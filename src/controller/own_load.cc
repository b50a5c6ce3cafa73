#include "controller/own_load.h"

#include <algorithm>
#include <utility>

namespace trimtab::controller {
namespace {

// The load came, or left, when it doubled or halved. By less than that it changes all the time.
constexpr double kCame = 2;
// Below this nothing fills up: half of it would take the routers' own chatter for a load.
constexpr Rate kTrickle{1'000'000};
// Nor below this part of what the link is known to carry; more would miss a link that has become narrower.
constexpr double kLeastPart = 0.1;
// So much of the load is the load: a round in which traffic left half-way does not tell what the link is like
// with all of it.
constexpr double kWhole = 0.75;

// Rounds in a row that take a suspicion back: not slow under the load, which the link then bears; or still
// slow without it, which then was not the cause. A minute at the shipped pace: half may be an accident of a
// few probes, twice leaves a link that was mended at the far end as bad for another minute.
constexpr int kRoundsToClear = 4;
// Rounds with all of the load after which the estimates, which believe a change at the second, speak of it.
constexpr int kRoundsToSettle = 3;
// Rounds for which an interface may fail to say what went over it.
constexpr int kRoundsUnknown = 4;

bool is_part(Rate load, double share, Rate of) {
  return static_cast<double>(load.bits_per_second) >= share * static_cast<double>(of.bits_per_second);
}

// Enough to fill this link, as far as is known.
bool is_load(const OwnLoad::Round& round) {
  return !(round.load < kTrickle || (round.capacity && !is_part(round.load, kLeastPart, *round.capacity)));
}

}  // namespace

void OwnLoad::round_finished() {
  believed_ = false;
  if (++unknown_in_a_row_ <= kRoundsUnknown) return;
  recent_ = {};
  first_ = {};
  glimpse_.reset();
  if (phase_ == Phase::loaded) phase_ = Phase::free;
}

void OwnLoad::forget() {
  *this = {};
  had_quiet_ = true;
}

// A counter of sent bytes grows on a link that is cut too, and its unanswered rounds look as if they were
// slow: they have shown nothing.
bool OwnLoad::dropped(MonotonicTime now, Duration memory) {
  OwnLoad kept;
  kept.had_quiet_ = true;
  if (phase_ != Phase::free && shown_slow_ >= kRoundsToBelieve && (phase_ == Phase::loaded || now < until_)) {
    kept.quiet_ = quiet_;
    kept.load_ = load_;
    kept.shown_slow_ = shown_slow_;
    kept.leave(phase_ == Phase::loaded ? now + memory : until_);
  }
  *this = kept;
  return phase_ == Phase::left;
}

void OwnLoad::add(MonotonicTime now, const Round& round, Duration memory) {
  unknown_in_a_row_ = 0;
  const std::optional<Round> glimpse = std::exchange(glimpse_, std::nullopt);
  switch (phase_) {
    case Phase::free:
      if (const auto quiet = quiet_before_onset(now, round, round.load)) {
        quiet_ = *quiet;
        had_quiet_ = true;
        begin(round);
      } else if (const auto before = glimpse ? quiet_before_onset(now, *glimpse, round.load) : std::nullopt) {
        begin_within_round(*before, *glimpse);
        watch_load(now, round, memory);
      } else if (!had_quiet_) {
        watch_first(now, round, memory);
      }
      break;
    case Phase::loaded:
      watch_load(now, round, memory);
      break;
    case Phase::left:
      if (glimpse && came_back(*glimpse, round)) {
        begin_within_round(quiet_, *glimpse);
        watch_load(now, round, memory);
      } else {
        watch_recovery(now, round);
      }
      break;
  }
  recent_[next_] = Recent{now, round};
  next_ = (next_ + 1) % kRecent;
}

// Of several in a round the slowest, for others may have come before the load or after it; and of those as
// slow the one with the most of it.
void OwnLoad::add_quick(const Round& batch) {
  const auto rtt = [](const Round& of) { return of.rtt.value_or(Milliseconds::max()); };
  const bool slower = !glimpse_ || rtt(batch) > rtt(*glimpse_) + batch.clearly;
  const bool as_slow = slower || rtt(batch) + batch.clearly >= rtt(*glimpse_);
  if (slower || (as_slow && batch.load > glimpse_->load)) glimpse_ = batch;
}

bool OwnLoad::came_back(const Round& glimpse, const Round& round) const {
  const auto& before = recent_[(next_ + kRecent - 1) % kRecent];
  return before && is_slow(glimpse) && is_part(glimpse.load, 1 / kCame, load_) &&
         is_part(round.load, kCame, before->round.load);
}

// Load and RTT rose together; absent: they did not. A load that was borne a moment ago is not what makes it
// slow now.
std::optional<OwnLoad::Quiet> OwnLoad::quiet_before_onset(MonotonicTime now, const Round& round,
                                                          Rate of_round) const {
  if (!is_load(round)) return std::nullopt;
  const auto is_fresh = [&](const std::optional<Recent>& before) {
    return before && before->round.rtt && now - before->at <= 2 * kRecent * round.interval;
  };
  const Rate came = std::min(round.load, of_round);
  std::optional<Quiet> quiet;
  for (const auto& before : recent_) {
    if (!is_fresh(before) || !is_part(came, kCame, before->round.load)) continue;
    const Quiet was{*before->round.rtt, *before->round.rtt + before->round.clearly};
    if (was.is_exceeded_by(round)) {
      quiet = was;
      break;
    }
  }
  const auto was_borne = [&](const std::optional<Recent>& before) {
    return is_fresh(before) && is_part(before->round.load, kWhole, round.load) &&
           !quiet->is_exceeded_by(before->round);
  };
  if (quiet && std::any_of(recent_.begin(), recent_.end(), was_borne)) return std::nullopt;
  return quiet;
}

void OwnLoad::watch_first(MonotonicTime now, const Round& round, Duration memory) {
  if (!round.rtt) return;
  const bool begins = first_.rounds == 0;
  const bool quicker = !begins && *round.rtt + round.clearly < first_.rtt;
  const bool stays = is_load(round) && (begins || is_part(round.load, 1 / kCame, first_.load));
  if (stays && !quicker) {
    first_ = {.rounds = first_.rounds + 1,
              .load = std::max(first_.load, round.load),
              .rtt = begins ? *round.rtt : std::min(first_.rtt, *round.rtt)};
    return;
  }
  // In one round it may have left half-way; in more the link bears what is left.
  if (stays && !is_part(round.load, kWhole, first_.load) && !std::exchange(first_.halved, true)) return;
  had_quiet_ = true;
  if (stays || !quicker) return;
  quiet_ = {*round.rtt, *round.rtt + round.clearly};
  load_ = first_.load;
  shown_slow_ = first_.rounds;
  // A young link's first round may be slow by accident; four in a row were not.
  leave(now + memory * std::min(first_.rounds, kRoundsToClear) / kRoundsToClear);
  recovered_ = true;
}

void OwnLoad::leave(MonotonicTime until) {
  phase_ = Phase::left;
  until_ = until;
  still_slow_ = 0;
  recovered_ = false;
}

// Within the round that is judged now: no round has shown anything yet.
void OwnLoad::begin_within_round(const Quiet& quiet, const Round& glimpse) {
  const int shown_slow = phase_ == Phase::free ? 0 : shown_slow_;
  quiet_ = quiet;
  had_quiet_ = true;
  begin(glimpse);
  slow_in_a_row_ = whole_in_a_row_ = 0;
  shown_slow_ = shown_slow;
}

void OwnLoad::begin(const Round& round) {
  if (std::exchange(phase_, Phase::loaded) == Phase::free) shown_slow_ = 0;
  load_ = round.load;
  was_slow_ = is_slow(round);
  if (was_slow_ && round.rtt) ++shown_slow_;
  slow_in_a_row_ = was_slow_ ? 1 : 0;
  borne_in_a_row_ = was_slow_ ? 0 : 1;
  whole_in_a_row_ = 1;
  believed_ = !was_slow_;
}

void OwnLoad::watch_load(MonotonicTime now, const Round& round, Duration memory) {
  const bool slow = is_slow(round);
  if (!is_part(round.load, 1 / kCame, load_)) {
    // Traffic that came back and was borne for a while says nothing new.
    leave(was_slow_ ? now + memory : until_);
    return watch_recovery(now, round);
  }
  load_ = std::max(load_, round.load);
  const bool whole = is_part(round.load, kWhole, load_);
  was_slow_ = was_slow_ || slow;
  if (slow && round.rtt) ++shown_slow_;
  slow_in_a_row_ = slow ? slow_in_a_row_ + 1 : 0;
  borne_in_a_row_ = slow ? 0 : borne_in_a_row_ + 1;
  whole_in_a_row_ = whole ? whole_in_a_row_ + 1 : 0;
  believed_ = whole && (!slow || whole_in_a_row_ >= kRoundsToSettle);
  if (borne_in_a_row_ >= kRoundsToClear) phase_ = Phase::free;
}

void OwnLoad::watch_recovery(MonotonicTime now, const Round& round) {
  if (is_part(round.load, 1 / kCame, load_)) {
    begin(round);
    return;
  }
  recovered_ = recovered_ || !is_slow(round);
  if (now >= until_ || (!recovered_ && ++still_slow_ >= kRoundsToClear)) phase_ = Phase::free;
}

std::optional<Held> OwnLoad::holds(MonotonicTime now) const {
  if (phase_ == Phase::loaded && !believed_) return Held{Holding::own_load, {}};
  if (was_left(now)) return Held{Holding::own_load, until_};
  return std::nullopt;
}

}  // namespace trimtab::controller
