// A prober on a virtual clock, and a network in which every link answers after its own delay, or not at all.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "packets.h"
#include "probe/prober.h"

namespace trimtab::probe::testing {

using namespace std::chrono_literals;

constexpr SiteId kB = 2, kC = 3;
constexpr Duration kWallOffset = 1'700'000'000s;

inline IpAddress peer_of(SiteId link) {
  return IpAddress::ipv4(0x0a000000 + link);
}

inline ProbedLink link_to(SiteId neighbour, Cadence cadence = {.interval = 15s, .probes = 5}) {
  return {.neighbour = neighbour, .peer = peer_of(neighbour), .cadence = cadence, .mtu = 1400};
}

class World {
 public:
  explicit World(const std::vector<ProbedLink>& links) : prober(settings()) { prober.set_links(links, now); }

  // Runs as the daemon's loop would, waking at every deadline and every answer.
  void run_until(MonotonicTime end) {
    while (true) {
      const MonotonicTime next = std::min(prober.next_deadline().value_or(end), next_answer());
      if (next > end) break;
      now = std::max(now, next);
      turn();
    }
    now = end;
  }

  // Nobody runs us for a while; answers pile up in the socket.
  void sleep_until(MonotonicTime end) { now = end; }

  void lose_what_is_in_flight() { answers_.clear(); }

  void turn() {
    deliver();
    Turn turn = prober.handle(now);
    if (!turn.probes.empty()) batches.push_back(turn.probes.size());
    for (Probe& probe : turn.probes) send(probe);
    for (Round& round : turn.rounds) rounds.push_back(std::move(round));
  }

  std::vector<Outcome> outcomes(SiteId link) const {
    std::vector<Outcome> all;
    for (const Round& round : rounds) {
      if (round.link != link) continue;
      for (const Result& result : round.results) all.push_back(result.outcome);
    }
    return all;
  }

  std::map<Outcome, int> tally(SiteId link) const {
    std::map<Outcome, int> counts;
    for (const Outcome outcome : outcomes(link)) ++counts[outcome];
    return counts;
  }

  MonotonicTime now{1000s};
  std::map<SiteId, Duration> delay{{kB, 20ms}, {kC, 30ms}};          // absent: no answer
  std::function<bool(SiteId)> loses = [](SiteId) { return false; };  // the next probe or its answer
  std::set<SiteId> refusing;                                         // our kernel will not send there
  std::vector<std::size_t> batches;
  std::map<SiteId, std::vector<MonotonicTime>> sent, quick;  // quick: of them on suspicion
  std::map<SiteId, std::vector<MonotonicTime>> full_size;    // beside them
  std::map<SiteId, EchoRequest> last_full_size;
  std::set<SiteId> swallowing;      // their full-size probes are lost on the way
  bool refusing_full_size = false;  // our kernel sends none
  std::vector<Round> rounds;
  Prober prober;

 private:
  static Settings settings() {
    return {.identifier = 0xbeef, .timeout = 3s, .seed = 1, .fill_random = [counter = 0](auto bytes) mutable {
              ++counter;
              for (std::size_t at = 0; at < 4; ++at)
                bytes[at] = static_cast<std::uint8_t>(counter >> (8 * at));
            }};
  }

  Instant instant(MonotonicTime when) const {
    return {when, WallTime{when.time_since_epoch() + kWallOffset}};
  }

  MonotonicTime next_answer() const {
    return answers_.empty() ? MonotonicTime::max() : answers_.begin()->first;
  }

  void send(const Probe& probe) {
    const Pace pace = pace_of(probe.sequence);
    if (pace == Pace::full_size) return send_full_size(probe);
    if (refusing.contains(probe.link)) return prober.refused(probe.link, probe.sequence);
    prober.sent(probe.link, probe.sequence, instant(now));
    sent[probe.link].push_back(now);
    if (pace == Pace::quick) quick[probe.link].push_back(now);
    answer(probe);
  }

  void send_full_size(const Probe& probe) {
    full_size[probe.link].push_back(now);
    EchoRequest& request = last_full_size[probe.link];
    request = {.sequence = probe.sequence, .payload_bytes = probe.message.size() - 8};
    std::copy_n(probe.message.begin() + 8, kNonceBytes, request.nonce.begin());
    if (refusing_full_size || refusing.contains(probe.link))
      return prober.refused(probe.link, probe.sequence);
    prober.sent(probe.link, probe.sequence, instant(now));
    if (!swallowing.contains(probe.link)) answer(probe);
  }

  void answer(const Probe& probe) {
    const auto found = delay.find(probe.link);
    if (found == delay.end() || loses(probe.link)) return;
    answers_.emplace(now + found->second,
                     std::pair{probe.link, reply_to(probe.message, {.source = peer_of(probe.link)})});
  }

  void deliver() {
    while (next_answer() <= now) {
      const auto& [link, packet] = answers_.begin()->second;
      prober.received(link, packet, {.stamp = instant(next_answer()).wall, .read = instant(now)});
      answers_.erase(answers_.begin());
    }
  }

  std::multimap<MonotonicTime, std::pair<SiteId, Bytes>> answers_;
};

}  // namespace trimtab::probe::testing
