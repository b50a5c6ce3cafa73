#include "probe/prober.h"

#include <algorithm>
#include <utility>

namespace trimtab::probe {
namespace {

// A probe leaves at most this long after its tick; later it is unmeasured. A busy machine keeps us waiting
// for tens of milliseconds, which harms no RTT; a stopped process comes back after seconds.
constexpr Duration kPunctual = std::chrono::milliseconds{250};

// Called later than this after the deadline we asked for, we did not run: stopped, suspended, or starved.
constexpr Duration kOverslept = std::chrono::seconds{1};

// What came in meanwhile waits in the socket; it is read within a turn or two.
constexpr Duration kCatchUp = std::chrono::milliseconds{200};

std::optional<Budget> left_by_rounds(const ProbedLink& link) {
  if (!link.budget) return std::nullopt;
  const auto rounds =
      static_cast<std::uint64_t>(std::chrono::hours{24} / std::max(link.cadence.interval, kGrid)) + 1;
  const auto probes = rounds * static_cast<std::uint64_t>(link.cadence.probes);
  Budget left = *link.budget;
  left.bytes_per_day -= std::min(left.bytes_per_day, probes * left.probe_bytes);
  return left;
}

}  // namespace

void Prober::set_links(const std::vector<ProbedLink>& links, MonotonicTime now) {
  std::map<SiteId, Watched> wanted;
  for (const ProbedLink& link : links) {
    const auto present = links_.find(link.neighbour);
    if (present != links_.end() && present->second.link == link) {
      wanted.insert(links_.extract(present));
      continue;
    }
    Watched watched{
        .link = link,
        .schedule = Schedule(link.cadence, link.neighbour, settings_.seed, now),
        .ledger = Ledger(link.neighbour, link.peer, settings_.timeout),
        .quick_ledger = Ledger(link.neighbour, link.peer, settings_.timeout, Pace::quick),
        .suspicion = Suspicion(Allowance(link.metered, left_by_rounds(link), now), settings_.timeout)};
    watched.quick_ledger.set_timeout(watched.suspicion.quick_timeout());
    watched.planned = watched.schedule.take();
    wanted.emplace(link.neighbour, std::move(watched));
  }
  links_ = std::move(wanted);
}

MonotonicTime Prober::deadline_of(const Watched& watched) {
  MonotonicTime earliest = next_tick(watched);
  for (const auto& deadline : {watched.ledger.next_deadline(), watched.quick_ledger.next_deadline(),
                               watched.suspicion.next_deadline()}) {
    if (deadline) earliest = std::min(earliest, *deadline);
  }
  return earliest;
}

std::optional<MonotonicTime> Prober::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const auto& [neighbour, watched] : links_) {
    const MonotonicTime deadline = deadline_of(watched);
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

Turn Prober::handle(MonotonicTime now) {
  Turn turn;
  const std::optional<MonotonicTime> expected = next_deadline();
  const bool overslept = expected && now - *expected > kOverslept;
  for (auto& [neighbour, watched] : links_) {
    if (overslept) {
      watched.ledger.overslept(now + kCatchUp);
      watched.quick_ledger.overslept(now + kCatchUp);
      watched.suspicion.overslept();
    }
    watched.ledger.expire(now);
    watched.quick_ledger.expire(now);
    watched.suspicion.advance(now);
    if (due(watched, now)) {
      turn.probes.push_back(make(watched, Pace::regular, now));
      watched.suspicion.give_way(now);
    }
    if (quick_due(watched, now)) turn.probes.push_back(make(watched, Pace::quick, now));
    take_rounds(watched, turn.rounds);
  }
  return turn;
}

void Prober::take_rounds(Watched& watched, std::vector<Round>& rounds) {
  for (Round& round : watched.ledger.take_rounds()) {
    rounds.push_back(std::move(round));
    watched.suspicion.round_ended();
  }
  for (Round& batch : watched.quick_ledger.take_rounds()) rounds.push_back(std::move(batch));
}

bool Prober::due(Watched& watched, MonotonicTime now) {
  while (next_tick(watched) <= now) {
    if (!watched.number) {
      watched.number = watched.ledger.open_round(watched.planned.started, watched.planned.times.size());
    }
    const MonotonicTime tick = next_tick(watched);
    const bool last = watched.next + 1 == watched.planned.times.size();
    const MonotonicTime following =
        last ? watched.schedule.next_start() : watched.planned.times[watched.next + 1];
    if (now - tick <= kPunctual && following > now) return true;
    watched.ledger.missed(*watched.number);
    advance(watched, now);
  }
  return false;
}

// The same for the batch of quick probes under way.
bool Prober::quick_due(Watched& watched, MonotonicTime now) {
  while (watched.suspicion.quick_tick().value_or(MonotonicTime::max()) <= now) {
    const MonotonicTime tick = *watched.suspicion.quick_tick();
    if (watched.suspicion.first_of_batch()) {
      watched.batch = watched.quick_ledger.open_round(tick, kBatchProbes);
    }
    if (now - tick <= kPunctual) return true;
    watched.quick_ledger.missed(watched.batch);
    watched.suspicion.skip();
  }
  return false;
}

Probe Prober::make(Watched& watched, Pace pace, MonotonicTime now) {
  EchoRequest request{.identifier = settings_.identifier};
  settings_.fill_random(request.nonce);
  const std::uint64_t round = pace == Pace::quick ? watched.batch : *watched.number;
  request.sequence = watched.ledger_of(pace).add(round, request.nonce, now);
  watched.suspicion.goes_out(request.sequence, pace == Pace::quick, now);
  if (pace == Pace::regular) advance(watched, now);
  return {.link = watched.link.neighbour, .sequence = request.sequence, .message = encode(request)};
}

void Prober::advance(Watched& watched, MonotonicTime now) {
  if (++watched.next < watched.planned.times.size()) return;
  watched.schedule.skip_to(now);
  watched.planned = watched.schedule.take();
  watched.number.reset();
  watched.next = 0;
}

void Prober::sent(SiteId link, std::uint16_t sequence, const Instant& when) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  const Pace pace = pace_of(sequence);
  found->second.ledger_of(pace).sent(sequence, when);
  if (pace == Pace::regular) found->second.suspicion.regular_was_sent();
}

void Prober::refused(SiteId link, std::uint16_t sequence) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  found->second.ledger_of(pace_of(sequence)).refused(sequence);
  found->second.suspicion.was_refused(sequence);
}

void Prober::expect(SiteId link, std::optional<Milliseconds> limit) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  found->second.suspicion.expect(limit);
  found->second.quick_ledger.set_timeout(found->second.suspicion.quick_timeout());
}

void Prober::check(SiteId link, MonotonicTime now) {
  if (const auto found = links_.find(link); found != links_.end()) found->second.suspicion.raise(now);
}

void Prober::received(SiteId link, ByteSpan packet, const Arrival& arrival) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  Watched& watched = found->second;
  Ledger& ledger = watched.ledger;
  const Answer answer = decode(packet);
  if (const auto* reply = std::get_if<EchoReply>(&answer)) {
    if (reply->identifier == settings_.identifier) take_reply(watched, *reply, arrival);
  } else if (const auto* error = std::get_if<EchoError>(&answer)) {
    if (error->identifier == settings_.identifier && error->destination == found->second.link.peer) {
      ledger.error();
    }
  } else if (std::holds_alternative<Malformed>(answer)) {
    ledger.malformed();
  }
}

void Prober::take_reply(Watched& watched, const EchoReply& reply, const Arrival& arrival) {
  const auto result = watched.ledger_of(pace_of(reply.sequence)).received(reply, arrival);
  if (!result) return;
  const bool timed = result->outcome == Outcome::answered;
  watched.suspicion.was_answered(reply.sequence, timed ? std::optional(result->rtt) : std::nullopt,
                                 arrival.read.monotonic);
}

std::optional<Counters> Prober::counters(SiteId link) const {
  const auto found = links_.find(link);
  if (found == links_.end()) return std::nullopt;
  Counters all = found->second.ledger.counters();
  return all += found->second.quick_ledger.counters();
}

}  // namespace trimtab::probe
