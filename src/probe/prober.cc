#include "probe/prober.h"

#include <algorithm>
#include <utility>

#include "probe/icmp6.h"

namespace trimtab::probe {
namespace {

// A probe leaves at most this long after its tick; later it is unmeasured. A busy machine keeps us waiting
// for tens of milliseconds, which harms no RTT; a stopped process comes back after seconds.
constexpr Duration kPunctual = std::chrono::milliseconds{250};

// Called later than this after the deadline we asked for, we did not run: stopped, suspended, or starved.
constexpr Duration kOverslept = std::chrono::seconds{1};

// What came in meanwhile waits in the socket; it is read within a turn or two.
constexpr Duration kCatchUp = std::chrono::milliseconds{200};

Bytes encode(const EchoRequest& request, Family family) {
  return family == Family::ipv4 ? encode(request) : encode_icmp6(request);
}

}  // namespace

void Prober::set_links(const std::vector<ProbedLink>& links, MonotonicTime now) {
  std::vector<Watched> wanted;
  for (const ProbedLink& link : links) {
    Watched* const known = touch(link.neighbour);
    if (known != nullptr && known->link == link) {
      wanted.push_back(std::move(*known));
      continue;
    }
    Watched watched{.link = link,
                    .schedule = Schedule(link.cadence, link.neighbour, settings_.seed, now),
                    .ledger = Ledger(link.neighbour, link.peer, settings_.timeout),
                    .quick_ledger = Ledger(link.neighbour, link.peer, settings_.timeout, Pace::quick),
                    .suspicion = Suspicion(Allowance(link.metered, link.budget, now), settings_.timeout),
                    .full_size = FullSizeCheck(link.peer, link.mtu, link.cadence.interval)};
    set_quick_timeout(watched);
    watched.planned = watched.schedule.take();
    wanted.push_back(std::move(watched));
  }
  std::ranges::sort(wanted, {}, &Watched::neighbour);
  links_ = std::move(wanted);
}

void Prober::set_timeout(Duration timeout) {
  settings_.timeout = timeout;
  for (Watched& watched : links_) {
    watched.ledger.set_timeout(timeout);
    watched.suspicion.set_timeout(timeout);
    set_quick_timeout(watched);
    watched.stale = true;
  }
}

// A full-size probe needs no more patience than a quick one: an answer that comes later counts all the same.
void Prober::set_quick_timeout(Watched& watched) {
  const Duration timeout = watched.suspicion.quick_timeout();
  watched.quick_ledger.set_timeout(watched.suspicion.timeout(), timeout);
  watched.full_size.set_timeout(timeout);
}

MonotonicTime Prober::deadline_of(const Watched& watched) {
  MonotonicTime earliest = next_tick(watched);
  for (const auto& deadline : {watched.ledger.next_deadline(), watched.quick_ledger.next_deadline(),
                               watched.suspicion.next_deadline(), watched.full_size.tick()}) {
    if (deadline) earliest = std::min(earliest, *deadline);
  }
  return earliest;
}

std::optional<MonotonicTime> Prober::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const Watched& watched : links_) {
    const MonotonicTime deadline = watched.stale ? deadline_of(watched) : watched.deadline;
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

Turn Prober::handle(MonotonicTime now) {
  Turn turn;
  const std::optional<MonotonicTime> expected = next_deadline();
  const bool overslept = expected && now - *expected > kOverslept;
  for (Watched& watched : links_) {
    if (overslept) {
      watched.ledger.overslept(now + kCatchUp);
      watched.quick_ledger.overslept(now + kCatchUp);
      watched.suspicion.overslept();
      watched.full_size.overslept();
    } else if (!watched.stale && watched.deadline > now) {
      continue;
    }
    handle(watched, now, turn);
    watched.deadline = deadline_of(watched);
    watched.stale = false;
  }
  return turn;
}

void Prober::handle(Watched& watched, MonotonicTime now, Turn& turn) {
  watched.ledger.expire(now);
  watched.quick_ledger.expire(now);
  watched.suspicion.advance(now);
  tell_of_losses(watched);
  if (due(watched, now)) {
    turn.probes.push_back(make(watched, Pace::regular, now));
    watched.suspicion.give_way(now);
  }
  if (quick_due(watched, now)) turn.probes.push_back(make(watched, Pace::quick, now));
  // Last: a small probe of the same tick does not queue behind it.
  if (full_size_due(watched, now)) turn.probes.push_back(make_full_size(watched, now));
  take_rounds(watched, turn.rounds);
}

void Prober::tell_of_losses(Watched& watched) {
  const std::uint64_t lost = watched.ledger.counters().lost + watched.quick_ledger.counters().lost;
  if (std::exchange(watched.lost, lost) != lost) watched.full_size.small_lost();
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
    watched.suspicion.skip(now);
  }
  return false;
}

bool Prober::full_size_due(Watched& watched, MonotonicTime now) {
  if (watched.full_size.tick().value_or(MonotonicTime::max()) > now) return false;
  if (watched.suspicion.may_cost_a_full_size(now)) return true;
  watched.full_size.cannot_pay(now);
  return false;
}

Probe Prober::make(Watched& watched, Pace pace, MonotonicTime now) {
  EchoRequest request{.identifier = settings_.identifier};
  settings_.fill_random(request.nonce);
  const std::uint64_t round = pace == Pace::quick ? watched.batch : *watched.number;
  request.sequence = watched.ledger_of(pace).add(round, request.nonce, now);
  watched.suspicion.goes_out(request.sequence, pace == Pace::quick, now);
  if (pace == Pace::regular) advance(watched, now);
  return {.link = watched.link.neighbour,
          .sequence = request.sequence,
          .message = encode(request, watched.link.peer.family)};
}

Probe Prober::make_full_size(Watched& watched, MonotonicTime now) {
  Nonce nonce{};
  settings_.fill_random(nonce);
  const EchoRequest request = watched.full_size.make(settings_.identifier, nonce, now);
  return {.link = watched.link.neighbour,
          .sequence = request.sequence,
          .message = encode(request, watched.link.peer.family)};
}

void Prober::advance(Watched& watched, MonotonicTime now) {
  if (++watched.next < watched.planned.times.size()) return;
  watched.schedule.skip_to(now);
  watched.planned = watched.schedule.take();
  watched.number.reset();
  watched.next = 0;
}

const Prober::Watched* Prober::find(SiteId link) const {
  const auto found = std::ranges::lower_bound(links_, link, {}, &Watched::neighbour);
  return found != links_.end() && found->link.neighbour == link ? &*found : nullptr;
}

Prober::Watched* Prober::touch(SiteId link) {
  const Watched* const found = find(link);
  if (found == nullptr) return nullptr;
  Watched& watched = links_[static_cast<std::size_t>(found - links_.data())];
  watched.stale = true;
  return &watched;
}

void Prober::sent(SiteId link, std::uint16_t sequence, const Instant& when) {
  Watched* const watched = touch(link);
  if (watched == nullptr) return;
  const Pace pace = pace_of(sequence);
  if (pace == Pace::full_size) return watched->full_size.sent(sequence, when.monotonic);
  watched->ledger_of(pace).sent(sequence, when);
  if (pace == Pace::regular) watched->suspicion.regular_was_sent();
}

void Prober::refused(SiteId link, std::uint16_t sequence) {
  Watched* const watched = touch(link);
  if (watched == nullptr || pace_of(sequence) == Pace::full_size)
    return;  // what does not leave teaches nothing
  watched->ledger_of(pace_of(sequence)).refused(sequence);
  watched->suspicion.was_refused(sequence);
}

void Prober::expect(SiteId link, std::optional<Milliseconds> limit) {
  Watched* const watched = touch(link);
  if (watched == nullptr) return;
  watched->suspicion.expect(limit);
  set_quick_timeout(*watched);
}

void Prober::check(SiteId link, MonotonicTime now) {
  if (Watched* const watched = touch(link)) watched->suspicion.raise(now);
}

bool Prober::received(SiteId link, ByteSpan packet, const Arrival& arrival) {
  return take_answer(link, decode(packet), arrival);
}

bool Prober::received(SiteId link, const IpAddress& source, ByteSpan message, const Arrival& arrival) {
  return take_answer(link, decode_icmp6(source, message), arrival);
}

bool Prober::take_answer(SiteId link, const Answer& answer, const Arrival& arrival) {
  Watched* const touched = touch(link);
  if (touched == nullptr) return false;
  Watched& watched = *touched;
  Ledger& ledger = watched.ledger;
  if (const auto* reply = std::get_if<EchoReply>(&answer))
    return reply->identifier == settings_.identifier && take_reply(watched, *reply, arrival);
  if (const auto* asked = std::get_if<EchoAsked>(&answer)) {
    if (asked->source == watched.link.peer && pace_of(asked->sequence) == Pace::quick)
      watched.suspicion.hear_peer(arrival.read.monotonic);
  } else if (const auto* error = std::get_if<EchoError>(&answer)) {
    if (error->identifier == settings_.identifier && error->destination == watched.link.peer) {
      ledger.error();
    }
  } else if (std::holds_alternative<Malformed>(answer)) {
    ledger.malformed();
  }
  return false;
}

bool Prober::take_reply(Watched& watched, const EchoReply& reply, const Arrival& arrival) {
  const MonotonicTime now = arrival.read.monotonic;
  if (reply.payload_bytes != kNonceBytes) {
    watched.full_size.received(reply, now);
    return false;
  }
  const auto result = watched.ledger_of(pace_of(reply.sequence)).received(reply, arrival);
  if (!result) return false;
  const bool timed = result->outcome == Outcome::answered;
  watched.suspicion.was_answered(reply.sequence, timed ? std::optional(result->rtt) : std::nullopt, now);
  if (timed) {
    const MonotonicTime left = watched.ledger_of(pace_of(reply.sequence)).left(reply.sequence);
    watched.full_size.small_answered(left, left + std::chrono::duration_cast<Duration>(result->rtt));
  }
  return true;
}

std::optional<FullSize> Prober::full_size(SiteId link) const {
  const Watched* const watched = find(link);
  if (watched == nullptr) return std::nullopt;
  return watched->full_size.verdict();
}

std::optional<Counters> Prober::counters(SiteId link) const {
  const Watched* const watched = find(link);
  if (watched == nullptr) return std::nullopt;
  Counters all = watched->ledger.counters();
  return all += watched->quick_ledger.counters();
}

}  // namespace trimtab::probe
