#include "probe/ledger.h"

#include <algorithm>
#include <utility>

namespace trimtab::probe {
namespace {

// Between sending and reading, the wall clock may move this much against the monotonic one before the RTT is
// not believed. Disciplined clocks slew by at most 0.5 ms a second, 1.5 ms within the time-out; an RTT that
// is wrong by twice as much would be a change worth telling BIRD about.
constexpr Duration kClockTolerance = std::chrono::milliseconds{3};

// A turn's instant may be older than a packet that is read in it, by as long as the turn has taken until
// then. A stamp that is further ahead was not made by our clock.
constexpr Duration kLongestTurn = std::chrono::milliseconds{500};

// How long a probe is known after it was sent, so that a copy of its answer is told from a forgery. Copies
// lag by a queue, seconds at most; sequence numbers come round after 13 minutes at the quickest pace.
constexpr Duration kRemembered = std::chrono::minutes{1};

}  // namespace

Counters& Counters::operator+=(const Counters& other) {
  sent += other.sent;
  quick += other.quick;
  answered += other.answered;
  late += other.late;
  lost += other.lost;
  unmeasured += other.unmeasured;
  local_faults += other.local_faults;
  duplicates += other.duplicates;
  forged += other.forged;
  malformed += other.malformed;
  errors += other.errors;
  clock_steps += other.clock_steps;
  return *this;
}

Ledger::Ledger(SiteId link, const IpAddress& peer, Duration timeout, Pace pace)
    : link_(link), peer_(peer), timeout_(timeout), patience_(timeout), pace_(pace) {}

std::uint64_t Ledger::open_round(MonotonicTime started, std::size_t probes) {
  OpenRound opened;
  opened.round = {.link = link_,
                  .started = started,
                  .results = std::vector<Result>(probes),
                  .quick = pace_ == Pace::quick};
  opened.undecided = probes;
  rounds_.push_back(std::move(opened));
  return first_round_ + rounds_.size() - 1;
}

Ledger::OpenRound* Ledger::find_round(std::uint64_t number) {
  if (number < first_round_ || number - first_round_ >= rounds_.size()) return nullptr;
  return &rounds_[number - first_round_];
}

std::uint16_t Ledger::add(std::uint64_t round, const Nonce& nonce, MonotonicTime now) {
  OpenRound* open = find_round(round);
  TRIMTAB_CHECK(open != nullptr && open->added < open->round.results.size());
  std::uint16_t sequence = 0;
  do {
    sequence = numbered(pace_, next_number_++);
  } while (probes_.contains(sequence));
  probes_[sequence] = {
      .round = round, .index = open->added++, .nonce = nonce, .timeout = timeout_, .patience = patience_};
  set_deadline(sequence, now + timeout_);
  remembered_.push_back(sequence);
  return sequence;
}

void Ledger::set_deadline(std::uint16_t sequence, MonotonicTime deadline) {
  Probe& probe = probes_.at(sequence);
  undecided_.erase({probe.deadline, sequence});
  probe.deadline = deadline;
  undecided_.emplace(deadline, sequence);
}

void Ledger::missed(std::uint64_t round) {
  OpenRound* open = find_round(round);
  TRIMTAB_CHECK(open != nullptr && open->added < open->round.results.size());
  ++open->added;  // the result is unmeasured from the beginning
  --open->undecided;
  ++counters_.unmeasured;
}

void Ledger::sent(std::uint16_t sequence, const Instant& when) {
  const auto found = probes_.find(sequence);
  if (found == probes_.end() || found->second.state != State::handed_out) return;
  found->second.state = State::outstanding;
  found->second.sent = when;
  set_deadline(sequence, when.monotonic + found->second.patience);
  ++counters_.sent;
  if (pace_ == Pace::quick) ++counters_.quick;
}

void Ledger::refused(std::uint16_t sequence) {
  const auto found = probes_.find(sequence);
  if (found == probes_.end() || found->second.state != State::handed_out) return;
  ++counters_.local_faults;
  give_up(sequence);
}

// Nobody answered in time, or there was nothing that anybody could have answered.
void Ledger::give_up(std::uint16_t sequence) {
  Probe& probe = probes_.at(sequence);
  undecided_.erase({probe.deadline, sequence});
  const bool lost = probe.state == State::outstanding && !probe.excused;
  probe.state = probe.state == State::outstanding ? State::expired : State::unsent;
  ++(lost ? counters_.lost : counters_.unmeasured);
  write(probe, true, {.outcome = lost ? Outcome::lost : Outcome::unmeasured});
}

void Ledger::write(const Probe& probe, bool first, const Result& result) {
  OpenRound* open = find_round(probe.round);
  if (open == nullptr) return;
  open->round.results[probe.index] = result;
  if (first) --open->undecided;
}

bool Ledger::matches(const Probe& probe, const EchoReply& reply) const {
  const bool asked = probe.state != State::handed_out && probe.state != State::unsent;
  return asked && reply.source == peer_ && reply.nonce == probe.nonce;
}

std::optional<Result> Ledger::received(const EchoReply& reply, const Arrival& arrival) {
  const auto found = probes_.find(reply.sequence);
  if (found == probes_.end() || !matches(found->second, reply)) {
    ++counters_.forged;
    return std::nullopt;
  }
  Probe& probe = found->second;
  if (probe.state == State::answered) {
    ++counters_.duplicates;
    return std::nullopt;
  }
  const bool first = undecided_.erase({probe.deadline, found->first}) > 0;
  const Result result = judge(probe, arrival);
  probe.state = State::answered;
  answered_until_ = std::max(answered_until_, probe.sent.monotonic);
  write(probe, first, result);
  return result;
}

Result Ledger::judge(const Probe& probe, const Arrival& arrival) {
  const Duration moved = arrival.read.offset() - probe.sent.offset();
  const Duration elapsed = arrival.read.monotonic - probe.sent.monotonic;
  const Duration rtt = arrival.stamp ? *arrival.stamp - probe.sent.wall : elapsed;
  const bool believable = arrival.stamp && std::chrono::abs(moved) <= kClockTolerance &&
                          rtt >= -kClockTolerance && rtt <= elapsed + kLongestTurn;
  if (believable && rtt <= probe.timeout) {
    ++counters_.answered;
    return {.outcome = Outcome::answered, .rtt = std::max(rtt, Duration::zero())};
  }
  // Its absence from the loss is what it still proves.
  ++(believable || elapsed > probe.timeout ? counters_.late : counters_.clock_steps);
  return {.outcome = Outcome::late};
}

void Ledger::expire(MonotonicTime now) {
  while (!undecided_.empty() && undecided_.begin()->first <= now) {
    const std::uint16_t sequence = undecided_.begin()->second;
    const Probe& probe = probes_.at(sequence);
    if (may_be_slow(probe, now)) {
      set_deadline(sequence, std::min(now + kLookAgain, probe.sent.monotonic + probe.timeout));
    } else {
      give_up(sequence);
    }
  }
  forget(now);
}

bool Ledger::may_be_slow(const Probe& probe, MonotonicTime now) const {
  return probe.state == State::outstanding && !probe.excused && probe.sent.monotonic >= answered_until_ &&
         now < probe.sent.monotonic + probe.timeout;
}

void Ledger::forget(MonotonicTime now) {
  while (!remembered_.empty()) {
    const auto oldest = probes_.find(remembered_.front());
    if (oldest->second.deadline + kRemembered > now) break;
    probes_.erase(oldest);
    remembered_.pop_front();
  }
}

void Ledger::overslept(MonotonicTime until) {
  for (const auto& [deadline, sequence] : std::exchange(undecided_, {})) {
    probes_.at(sequence).excused = true;
    set_deadline(sequence, std::max(deadline, until));
  }
}

std::vector<Round> Ledger::take_rounds() {
  std::vector<Round> finished;
  while (!rounds_.empty() && rounds_.front().undecided == 0) {
    finished.push_back(std::move(rounds_.front().round));
    rounds_.pop_front();
    ++first_round_;
  }
  return finished;
}

std::optional<MonotonicTime> Ledger::next_deadline() const {
  return undecided_.empty() ? std::nullopt : std::optional(undecided_.begin()->first);
}

}  // namespace trimtab::probe
