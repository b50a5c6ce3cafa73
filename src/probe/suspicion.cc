#include "probe/suspicion.h"

#include <algorithm>

#include "probe/schedule.h"

namespace trimtab::probe {
namespace {

// Between quick probes. A batch then takes 0.4 s, so that a change is told from a hiccup of some hundred
// milliseconds; half would mistake one for the other more often, twice costs a second per suspicion.
constexpr Duration kGap = std::chrono::milliseconds{100};
static_assert(kGap % kGrid == Duration::zero());

// In one suspicion. Twenty probes are what the controller's shortest loss window holds; half leave a loss of
// a third unproven, twice would spend at one suspicion what two may need.
constexpr int kMostBatches = 4;

// Batches that one symptom asks for. Five probes tell a link that became slow. A loss of a fifth spares them
// all one time in three, ten of them one in ten: with one batch half of such losses are proven after 25 s,
// with two after 19. A third would cost every accident half as much again.
constexpr int kAfterSlow = 1, kAfterSilent = 2;

// Unanswered for this many times the limit, a probe is suspicious. Half of it would call jitter a loss on
// links whose RTT doubles under load; twice is what a lost probe costs in time.
constexpr int kOverdueLimits = 4;
// Not before this: on links of a few ms every scheduling delay at the far end would be suspicious. Twice is
// a tenth of what is to be acted on.
constexpr Duration kOverdueFloor = std::chrono::milliseconds{300};

// A quick probe that was overtaken is lost no sooner than this. Half would call one lossy that is only out of
// order; twice is added to every loss that is acted on.
constexpr Duration kQuickTimeout = std::chrono::seconds{1};

// A round's worth of probes in a row without an answer: the link is down, which its rounds find out alone.
// Asking faster would tell nothing more, for as long as it lasts.
constexpr int kSilence = 5;

Duration several(Milliseconds limit) {
  return std::chrono::duration_cast<Duration>(kOverdueLimits * limit);
}

}  // namespace

Duration Suspicion::quick_timeout() const {
  const Duration usual = limit_ ? several(*limit_) : Duration::zero();
  return std::min(timeout_, std::max(kQuickTimeout, usual));
}

std::vector<Suspicion::Watched>::iterator Suspicion::find(std::uint16_t sequence) {
  return std::find_if(watched_.begin(), watched_.end(),
                      [sequence](const Watched& probe) { return probe.sequence == sequence; });
}

void Suspicion::goes_out(std::uint16_t sequence, bool quick, MonotonicTime now) {
  if (quick) {
    --unsent_;
    tick_ += kGap;
  }
  const Duration patience = std::max(kOverdueFloor, limit_ ? several(*limit_) : Duration::zero());
  watched_.push_back({sequence, quick ? begun_ : 0, now + std::min(timeout_, patience)});
}

void Suspicion::was_refused(std::uint16_t sequence) {
  if (const auto probe = find(sequence); probe != watched_.end()) watched_.erase(probe);
}

void Suspicion::was_answered(std::uint16_t sequence, std::optional<Milliseconds> rtt, MonotonicTime now) {
  silent_ = 0;
  const auto probe = find(sequence);
  if (probe == watched_.end()) return;  // it was overdue, which has said it all
  const int batch = probe->batch;
  watched_.erase(probe);
  if (limit_ && rtt && *rtt > *limit_) symptom(batch + kAfterSlow);
  settle(now);
}

void Suspicion::raise(MonotonicTime now) {
  symptom(kAfterSlow);
  settle(now);
}

// As many batches as after a lost probe: that is what a round tells late, a slow answer being in every one.
void Suspicion::hear_peer(MonotonicTime now) {
  if (!limit_ || was_suspicious_) return;
  symptom(kAfterSilent);
  settle(now);
}

void Suspicion::overslept() {
  watched_.clear();
  wanted_ = begun_;
}

void Suspicion::advance(MonotonicTime now) {
  while (!watched_.empty()) {
    const auto first =
        std::min_element(watched_.begin(), watched_.end(),
                         [](const Watched& a, const Watched& b) { return a.overdue < b.overdue; });
    if (first->overdue > now) break;
    const int batch = first->batch;
    watched_.erase(first);
    ++silent_;
    if (limit_) symptom(batch + kAfterSilent);
  }
  settle(now);
}

void Suspicion::symptom(int batches) {
  if (resting_ || silent_ >= kSilence) return;
  was_suspicious_ = true;
  wanted_ = std::max(wanted_, batches);
}

// Whether another batch begins now that the one before has left, or the suspicion is over.
void Suspicion::settle(MonotonicTime now) {
  if (unsent_ > 0) return;
  if (wanted_ > begun_) {
    if (begun_ == kMostBatches || !allowance_.take(now, kBatchProbes)) {
      resting_ = true;
      return close();
    }
    ++begun_;
    unsent_ = kBatchProbes;
    tick_ = std::max(tick_, on_grid(now));
    return;
  }
  const bool waiting = std::any_of(watched_.begin(), watched_.end(),
                                   [this](const Watched& probe) { return probe.batch == begun_; });
  if (begun_ > 0 && !waiting) close();
}

// What is still under way belongs to a suspicion that is over.
void Suspicion::close() {
  watched_.erase(
      std::remove_if(watched_.begin(), watched_.end(), [](const Watched& probe) { return probe.batch > 0; }),
      watched_.end());
  wanted_ = begun_ = 0;
}

std::optional<MonotonicTime> Suspicion::quick_tick() const {
  return unsent_ > 0 ? std::optional(tick_) : std::nullopt;
}

void Suspicion::skip(MonotonicTime now) {
  --unsent_;
  tick_ += kGap;
  settle(now);
}

void Suspicion::give_way(MonotonicTime now) {
  if (unsent_ > 0) tick_ = std::max(tick_, on_grid(now) + kGrid);
}

std::optional<MonotonicTime> Suspicion::next_deadline() const {
  std::optional<MonotonicTime> earliest = quick_tick();
  for (const Watched& probe : watched_) {
    if (!earliest || probe.overdue < *earliest) earliest = probe.overdue;
  }
  return earliest;
}

}  // namespace trimtab::probe
