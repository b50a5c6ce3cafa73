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

}  // namespace

void Prober::set_links(const std::vector<ProbedLink>& links, MonotonicTime now) {
  std::map<SiteId, Watched> wanted;
  for (const ProbedLink& link : links) {
    const auto present = links_.find(link.neighbour);
    if (present != links_.end() && present->second.link == link) {
      wanted.insert(links_.extract(present));
      continue;
    }
    Watched watched{.link = link,
                    .schedule = Schedule(link.cadence, link.neighbour, settings_.seed, now),
                    .ledger = Ledger(link.neighbour, link.peer, settings_.timeout)};
    watched.planned = watched.schedule.take();
    wanted.emplace(link.neighbour, std::move(watched));
  }
  links_ = std::move(wanted);
}

MonotonicTime Prober::deadline_of(const Watched& watched) {
  return std::min(next_tick(watched), watched.ledger.next_deadline().value_or(MonotonicTime::max()));
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
    if (overslept) watched.ledger.overslept(now + kCatchUp);
    watched.ledger.expire(now);
    if (due(watched, now)) turn.probes.push_back(make(watched, now));
    for (Round& round : watched.ledger.take_rounds()) turn.rounds.push_back(std::move(round));
  }
  return turn;
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

Probe Prober::make(Watched& watched, MonotonicTime now) {
  EchoRequest request{.identifier = settings_.identifier};
  settings_.fill_random(request.nonce);
  request.sequence = watched.ledger.add(*watched.number, request.nonce, now);
  advance(watched, now);
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
  if (const auto found = links_.find(link); found != links_.end()) found->second.ledger.sent(sequence, when);
}

void Prober::refused(SiteId link, std::uint16_t sequence) {
  if (const auto found = links_.find(link); found != links_.end()) found->second.ledger.refused(sequence);
}

void Prober::received(SiteId link, ByteSpan packet, const Arrival& arrival) {
  const auto found = links_.find(link);
  if (found == links_.end()) return;
  Ledger& ledger = found->second.ledger;
  const Answer answer = decode(packet);
  if (const auto* reply = std::get_if<EchoReply>(&answer)) {
    if (reply->identifier == settings_.identifier) ledger.received(*reply, arrival);
  } else if (const auto* error = std::get_if<EchoError>(&answer)) {
    if (error->identifier == settings_.identifier && error->destination == found->second.link.peer) {
      ledger.error();
    }
  } else if (std::holds_alternative<Malformed>(answer)) {
    ledger.malformed();
  }
}

const Counters* Prober::counters(SiteId link) const {
  const auto found = links_.find(link);
  return found == links_.end() ? nullptr : &found->second.ledger.counters();
}

}  // namespace trimtab::probe
