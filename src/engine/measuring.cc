// What the engine hears of its links and makes known to the controller: answers to probes, bytes that went
// through, and whether interface, BGP and BFD session stand.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "engine/engine.h"
#include "engine/setup.h"
#include "network/wanted.h"

namespace trimtab::engine {
namespace {

bool is_complete(const probe::Round& round) {
  return !round.results.empty() &&
         std::all_of(round.results.begin(), round.results.end(),
                     [](const probe::Result& result) { return result.outcome == probe::Outcome::answered; });
}

bool has(const probe::Round& round, probe::Outcome outcome) {
  return std::ranges::any_of(round.results,
                             [=](const probe::Result& result) { return result.outcome == outcome; });
}

// Where a full-size probe is refused, small ones may leave, and the other way round.
bool is_small(std::uint16_t sequence) {
  return probe::pace_of(sequence) != probe::Pace::full_size;
}

}  // namespace

// ---- probes

void Engine::send_probes() {
  probe::Turn turn = prober_.handle(now_.monotonic);
  for (const probe::Round& round : turn.rounds) finish_round(round);
  for (probe::Probe& probe : turn.probes) {
    LinkState& link = links_.at(probe.link);
    const netlink::Interface* interface = interfaces_.find(link.interface);
    if (interface == nullptr) {
      refused(probe.link, link, probe.sequence, 0);
      continue;
    }
    actions_.push_back(SendProbe{probe.link, probe.sequence, interface->index, link.own_address,
                                 link.peer_address, std::move(probe.message)});
  }
}

void Engine::on(const ProbeDeparted& departed) {
  const auto link = links_.find(departed.link);
  if (link == links_.end()) return;
  if (departed.error != 0) {
    // Its addresses' routes go with an interface that is set down, and the number tells of the routes.
    const netlink::Interface* interface = interfaces_.find(link->second.interface);
    const bool down = interface != nullptr && !interface->up;
    return refused(departed.link, link->second, departed.sequence, down ? ENETDOWN : departed.error);
  }
  prober_.sent(departed.link, departed.sequence, departed.at);
  if (is_small(departed.sequence)) left(departed.link, link->second);
}

void Engine::on(const PacketArrived& packet) {
  const auto link = by_interface_.find(packet.interface_index);
  if (link == by_interface_.end()) {
    ++stray_packets_;
    return;
  }
  const bool answered = packet.source
                            ? prober_.received(link->second, *packet.source, packet.packet, packet.arrival)
                            : prober_.received(link->second, packet.packet, packet.arrival);
  if (answered) note_answer(links_.at(link->second));
  note_passage(link->second);
}

// For a person: the routes stay, since whoever sends short packets is served.
void Engine::note_passage(SiteId neighbour) {
  const auto full_size = prober_.full_size(neighbour);
  if (!full_size || full_size->passage == probe::Passage::unknown) return;
  const bool blocked = full_size->passage == probe::Passage::blocked;
  LinkState& link = links_.at(neighbour);
  const std::optional<int> blocked_bytes = blocked ? std::optional(full_size->packet_bytes) : std::nullopt;
  if (std::exchange(link.blocked_bytes, blocked_bytes) == blocked_bytes) return;
  const std::string packets = fmt::format("packets of {} bytes", full_size->packet_bytes);
  note("mtu", link.name,
       packets +
           (blocked ? " do not pass, small ones do: lower mtu or wan_mtu in the mesh file" : " pass again"));
}

// ---- our own kernel's refusals

void Engine::left(SiteId neighbour, LinkState& link) {
  link.refusals.left();
  local_fault_changed(neighbour, link);
}

void Engine::refused(SiteId neighbour, LinkState& link, std::uint16_t sequence, int error) {
  prober_.refused(neighbour, sequence);
  if (!is_small(sequence)) return;
  link.refusals.refused(error, mesh_.tuning.probes);
  local_fault_changed(neighbour, link);
}

void Engine::local_fault_changed(SiteId neighbour, LinkState& link) {
  if (std::exchange(link.local_fault, link.refusals.fault()) != link.refusals.fault()) {
    note("local_fault", link.name,
         link.local_fault ? "no probe leaves: " + link.refusals.text() : "probes leave again");
  }
  controller::Condition condition = link.condition;
  condition.sendable = !link.refusals.link_is_unusable();
  set_condition(neighbour, link, condition);
}

void Engine::finish_round(const probe::Round& round) {
  controller_.round_finished(now_.monotonic, round.link, sample_of(round));
  touched_.insert(round.link);
  prober_.expect(round.link, controller_.suspicious_above(round.link));
  ask_way_to_endpoint(round, links_.at(round.link));
  if (const auto shift = controller_.take_shift(round.link)) {
    note("shift", links_.at(round.link).name,
         fmt::format("RTT has moved from {:.1f} to {:.1f} ms", shift->from.count(), shift->to.count()));
  }
  if (controller_.suspects(round.link)) prober_.check(round.link, now_.monotonic);
  wait_for_counters(round);
}

// ---- the way to its endpoint, outside of the mesh

// The kernel is asked where a whole round was lost, unless an answer came while it was under way: rounds
// overlap.
void Engine::ask_way_to_endpoint(const probe::Round& round, LinkState& link) {
  const bool silent = has(round, probe::Outcome::lost) && !has(round, probe::Outcome::answered) &&
                      !has(round, probe::Outcome::late);
  if (!silent || !link.endpoint || now_.monotonic - link.heard_at < mesh_.tuning.probe_timeout) return;
  actions_.push_back(SendNetlink{ways_.ask(round.link, *link.endpoint)});
}

void Engine::note_answer(LinkState& link) {
  link.heard_at = now_.monotonic;
  set_endpoint_fault(link, std::nullopt, "it answers again");
}

void Engine::take_ways(const std::vector<netlink::RouteQuestions::Answer>& answers) {
  const auto in_mesh = [this](const netlink::Interface& interface) {
    return by_interface_.contains(interface.index) || interface.name == network::kUnderlay ||
           interface.name == network::kOverlayHolder;
  };
  for (const auto& answer : answers) {
    const auto link = links_.find(answer.about);
    // The mesh file may have been read in between.
    if (link == links_.end() || link->second.endpoint != answer.destination) continue;
    set_endpoint_fault(link->second, endpoint_fault(answer, interfaces_, in_mesh),
                       "there is a way to its endpoint again");
  }
}

// `over`: what is said where there is none any more.
void Engine::set_endpoint_fault(LinkState& link, std::optional<std::string> fault, std::string_view over) {
  if (link.endpoint_fault == fault) return;
  note("local_fault", link.name, fault.value_or(std::string(over)));
  link.endpoint_fault = std::move(fault);
}

// The first round has its load, too: whether the link was slow from the start, or became so.
void Engine::begin_counting(LinkState& link) {
  link.awaiting_counters = true;
  actions_.push_back(SendNetlink{interfaces_.ask_counters(link.interface)});
}

// Throughput is taken over whole rounds: a batch of quick probes lasts half a second. But by its end a load
// that made the link slow is still there, and may have left at that of the round.
void Engine::wait_for_counters(const probe::Round& round) {
  LinkState& link = links_.at(round.link);
  if (round.quick) {
    link.awaiting_quick_counters = true;
  } else {
    link.awaiting_counters = is_complete(round);
  }
  actions_.push_back(SendNetlink{interfaces_.ask_counters(link.interface)});
}

// ---- interfaces and their counters

void Engine::on(const NetlinkArrived& arrived) {
  take_ways(ways_.take(arrived.datagram));
  const netlink::InterfaceTable::Heard heard = interfaces_.take(arrived.datagram);
  if (heard.changed) interfaces_changed();
  for (const auto& counted : heard.counters) {
    const auto neighbour = by_interface_.find(counted.interface.index);
    if (neighbour == by_interface_.end()) continue;
    LinkState& link = links_.at(neighbour->second);
    std::optional<controller::ThroughputSample> sample;
    if (const auto complete = std::exchange(link.awaiting_counters, std::nullopt)) {
      sample = link.traffic.take(now_.monotonic, counted.interface.index, counted.counters, *complete);
    } else if (std::exchange(link.awaiting_quick_counters, false)) {
      sample = link.traffic.take_quick(now_.monotonic, counted.interface.index, counted.counters);
    }
    if (sample) controller_.throughput(now_.monotonic, neighbour->second, *sample);
  }
}

void Engine::on(const NetlinkOverrun&) {
  interfaces_.overrun();
}

void Engine::interfaces_changed() {
  if (!interfaces_.complete()) return;
  by_interface_.clear();
  for (auto& [neighbour, link] : links_) {
    const netlink::Interface* interface = interfaces_.find(link.interface);
    if (interface != nullptr) {
      by_interface_[interface->index] = neighbour;
      if (std::exchange(link.interface_index, interface->index) != interface->index) begin_counting(link);
    }
    const std::string_view state = interface == nullptr  ? "is gone"
                                   : !interface->up      ? "is down"
                                   : !interface->running ? "has no carrier"
                                                         : kInterfaceCarries;
    if (std::exchange(link.interface_state, state) != state)
      note("session", link.name, fmt::format("interface {} {}", link.interface, state));
    controller::Condition condition = link.condition;
    condition.interface_up = state == kInterfaceCarries;
    set_condition(neighbour, link, condition);
  }
  note_lan_fault();
}

// No carrier is no fault: BIRD announces a LAN as long as its interface has an address in it and is set up.
void Engine::note_lan_fault() {
  const mesh::Site& site = *mesh_.find_site(self_);
  const netlink::Interface* interface = interfaces_.find(site.lan_interface);
  std::vector<std::string> lans;
  for (const Prefix& lan : site.lan) lans.push_back(lan.text());
  std::optional<std::string> fault;
  if (!lans.empty() && (interface == nullptr || !interface->up)) {
    fault = fmt::format("lan_interface {} is {}: {} {} not announced by it", site.lan_interface,
                        interface == nullptr ? "missing here" : "down", fmt::join(lans, ", "),
                        lans.size() == 1 ? "is" : "are");
  }
  if (fault == lan_fault_) return;
  note("lan", "",
       fault.value_or(lans.empty() ? "the mesh file names no LAN of this site any more"
                                   : fmt::format("lan_interface {} is up", site.lan_interface)));
  lan_fault_ = std::move(fault);
}

void Engine::set_condition(SiteId neighbour, LinkState& link, const controller::Condition& condition) {
  if (condition == link.condition) return;
  const auto tell = [&](bool before, bool after, std::string_view what) {
    if (before != after)
      note("session", link.name, fmt::format("{} {}", what, after ? "is back" : "is gone"));
  };
  tell(link.condition.session_established, condition.session_established, "BGP session");
  tell(link.condition.bfd_up, condition.bfd_up, "BFD session");
  link.condition = condition;
  controller_.condition_changed(now_.monotonic, neighbour, condition);
  touched_.insert(neighbour);
}

// ---- sessions

// A session that has not been Established since our own BIRD (re)started says nothing about its link.
void Engine::take_report(const bird::SessionsRead& read) {
  for (const bird::SessionReport& session : read.sessions) {
    const auto found = links_.find(session.neighbour);
    if (found == links_.end()) continue;
    LinkState& link = found->second;
    link.session_established = session.established;
    link.bfd_up = session.bfd_up;
    if (session.starting) continue;
    controller::Condition condition = link.condition;
    condition.session_established = session.established;
    condition.bfd_up = session.bfd_up.value_or(true) || session.bfd_starting;
    set_condition(session.neighbour, link, condition);
  }
}

void Engine::take_report(const SessionsUnknown&) {
  for (auto& [neighbour, link] : links_) link.session_established = link.bfd_up = std::nullopt;
}

}  // namespace trimtab::engine
