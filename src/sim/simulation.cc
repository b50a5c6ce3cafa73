#include "sim/simulation.h"

#include <algorithm>
#include <cmath>

#include "sim/told.h"

namespace trimtab::sim {
namespace {

constexpr Duration kPublishAtMost = std::chrono::seconds{1};
// The daemon reads the routes once a second, and lets a favour follow what it has read twice.
constexpr Duration kFavoursFollow = std::chrono::seconds{2};
// BIRD reads an update, runs its filters, and writes.
constexpr Duration kRouter = std::chrono::milliseconds{2};
// What TCP waits for at least until it sends again what an outage swallowed.
constexpr Duration kRetransmission = std::chrono::seconds{1};
// `connect delay time 3`, then 0.7 s of handshakes.
constexpr Duration kSessionReturn = std::chrono::milliseconds{3700};

PathVector::Links pairs_of(const Topology& topology) {
  PathVector::Links pairs;
  for (const SimulatedLink& link : topology.links) pairs.emplace_back(link.ends[0], link.ends[1]);
  return pairs;
}

Duration interval_of(const Topology& topology, const SimulatedLink& link) {
  return link.metered ? topology.tuning.metered_interval : topology.tuning.interval;
}

controller::Controller controller_of(const Topology& topology, Choice choice, Site site) {
  std::vector<controller::LinkSettings> links;
  for (const SimulatedLink& link : topology.links) {
    if (link.ends[0] != site && link.ends[1] != site) continue;
    links.push_back({.neighbour = id_of(link.ends[link.ends[0] == site ? 1 : 0]),
                     .bandwidth = link.bandwidth,
                     .bias = link.bias,
                     .interval = interval_of(topology, link)});
  }
  const auto policy = choice == Choice::score ? mesh::Policy::score : mesh::Policy::path;
  return {{.policy = policy, .tuning = topology.tuning}, std::move(links), kStart};
}

}  // namespace

Simulation::Simulation(Topology topology, Choice choice, std::uint64_t seed)
    : topology_(std::move(topology)),
      link_index_(topology_.sites.size(), topology_.links),
      network_(topology_.sites.size(), pairs_of(topology_), choice),
      load_(topology_, link_index_) {
  Rng random(seed);
  for (Site site = 0; site < topology_.sites.size(); ++site) {
    sites_.push_back({.controller = controller_of(topology_, choice, site), .told = Told(site)});
    network_.set_transit(site, topology_.sites[site].transit);
  }
  std::vector<Rounds::Round> rounds;
  for (std::uint32_t link = 0; link < topology_.links.size(); ++link) {
    const SimulatedLink& own = topology_.links[link];
    const Duration interval = interval_of(topology_, own);
    const auto probing = [&] {
      return Probing({.probes = topology_.tuning.probes,
                      .interval = interval,
                      .timeout = topology_.tuning.probe_timeout,
                      .metered = own.metered,
                      .has_traffic = !topology_.demands.empty(),
                      .seed = random.next()});
    };
    links_.push_back({.probing = {probing(), probing()}});
    for (const std::uint8_t end : {std::uint8_t{0}, std::uint8_t{1}}) {
      const Duration offset{
          static_cast<Duration::rep>(random.below(static_cast<std::uint64_t>(interval.count())))};
      rounds.push_back({.at = offset, .interval = interval, .link = link, .end = end});
      links_[link].probing[end].begin_round(interval + offset, wire(link, end));
      wake_probing(link, end);
    }
    if (out(own.model[0], Duration{0})) schedule(Duration{0}, Kind::turn, link);
    if (const auto first = next_turn(own.model[0], Duration{0})) schedule(*first, Kind::turn, link);
  }
  rounds_ = Rounds(std::move(rounds));
  flush();
}

void Simulation::run(Duration until) {
  for (;;) {
    const bool event_first = !events_.empty() && (rounds_.empty() || events_.top().at <= rounds_.next().at);
    if (!event_first && rounds_.empty()) break;
    const Duration at = event_first ? events_.top().at : rounds_.next().at;
    if (at >= until) break;
    now_ = at;
    if (event_first) {
      const Event event = events_.top();
      events_.pop();
      carry_out(event);
    } else {
      const Rounds::Round round = rounds_.next();
      rounds_.advance();
      finish_round(round);
    }
  }
  now_ = until;
}

void Simulation::schedule(Duration at, Kind kind, std::uint32_t index, std::uint32_t generation) {
  events_.push({at, ++last_number_, kind, index, generation});
}

void Simulation::carry_out(const Event& event) {
  switch (event.kind) {
    case Kind::deliver: {
      for (const Update& update : messages_[event.index]) network_.receive(update);
      messages_[event.index].clear();
      free_messages_.push_back(event.index);
      --under_way_;
      flush();
      break;
    }
    case Kind::send:
      send(event.index, event.generation);
      break;
    case Kind::decide:
      sites_[event.index].will_decide_at.reset();
      decide(event.index);
      break;
    case Kind::probing:
      // One that was foreseen for later, before something came sooner, has nothing to do.
      if (links_[event.index].will_probe_at[event.generation] == event.at)
        go_on_probing(event.index, event.generation);
      break;
    case Kind::publish:
      publish(event.index);
      break;
    case Kind::turn:
      turn(event.index);
      break;
    case Kind::session_down:
    case Kind::session_up:
      if (event.generation == links_[event.index].generation)
        set_session(event.index, event.kind == Kind::session_up);
      break;
  }
}

// The daemon looks at what they cost once a second. Here that is done no more often than there are rounds,
// for it takes minutes to come to something.
void Simulation::look_at_routes(Site site) {
  SiteState& state = sites_[site];
  const auto last = state.told.last_look();
  if (last && clock_at(now_) - *last < topology_.tuning.interval) return;
  const Told::News news = state.told.look(clock_at(now_), network_, state.controller.published());
  for (const Told::End& end : news.ended) ends_.push_back({now_, site, end});
  if (news.changed) publish_soon(site, now_);
}

void Simulation::decide(Site site) {
  SiteState& state = sites_[site];
  const auto decided = state.controller.decide(clock_at(now_));
  for (const controller::Decision& decision : decided) decisions_.push_back({now_, site, decision});
  const std::uint64_t edition = state.controller.edition();
  if (std::exchange(state.edition, edition) != edition) publish_soon(site, now_);
  const auto deadline = state.controller.next_deadline();
  if (!deadline) return;
  const Duration at = std::max(now_, *deadline - kStart);
  if (state.will_decide_at && *state.will_decide_at <= at) return;
  state.will_decide_at = at;
  schedule(at, Kind::decide, site);
}

void Simulation::publish_soon(Site site, Duration earliest) {
  SiteState& state = sites_[site];
  if (state.will_publish) return;
  state.will_publish = true;
  schedule(std::max(earliest, state.may_publish_at), Kind::publish, site);
}

// The one place where what the controller has decided becomes what BIRD does.
void Simulation::publish(Site site) {
  SiteState& state = sites_[site];
  state.will_publish = false;
  state.may_publish_at = now_ + kPublishAtMost;
  state.told.tell(network_, state.controller.published());
  flush();
}

// What the network has just said is written, and where its choices changed, traffic follows. As in BIRD, what
// a neighbour was to be told of a destination, and has not been yet, gives way to what is to be told now:
// without that a storm of changes would grow for as long as it lasts.
void Simulation::flush() {
  for (Update& update : network_.take_outbox()) {
    const std::uint32_t link = link_index_.between(update.from, update.to);
    const std::size_t end = update.from == topology_.links[link].ends[0] ? 0 : 1;
    std::uint32_t& writing = links_[link].writing[end];
    if (writing == kNoMessage) {
      writing = new_message();
      ++under_way_;
      schedule(now_ + kRouter, Kind::send, link, static_cast<std::uint32_t>(end));
    }
    std::vector<Update>& message = messages_[writing];
    const auto before = std::find_if(message.begin(), message.end(), [&](const Update& other) {
      return other.destination == update.destination && other.session == update.session;
    });
    if (before == message.end()) {
      message.push_back(std::move(update));
    } else {
      *before = std::move(update);
    }
  }
  const auto moved = network_.take_moves();
  for (const PathVector::Move& move : moved) {
    moves_.push_back({now_, move});
    publish_soon(move.site, now_ + kFavoursFollow);
  }
  if (!moved.empty()) load_.follow(now_, network_);
}

std::uint32_t Simulation::new_message() {
  if (free_messages_.empty()) {
    messages_.emplace_back();
    return static_cast<std::uint32_t>(messages_.size() - 1);
  }
  const std::uint32_t message = free_messages_.back();
  free_messages_.pop_back();
  return message;
}

void Simulation::send(std::uint32_t link, std::size_t end) {
  const LinkModel& model = topology_.links[link].model[0];
  LinkState& state = links_[link];
  const std::uint32_t message = std::exchange(state.writing[end], kNoMessage);
  Duration arrives = now_ + std::chrono::duration_cast<Duration>(level(model, now_, load_.queues(link)) / 2);
  if (out(model, now_)) {
    const auto turn = next_turn(model, now_);
    arrives = turn ? *turn + kRetransmission : Duration::max();
  }
  arrives = state.last_arrival[end] = std::max(state.last_arrival[end], arrives);
  last_update_ = now_;
  if (arrives == Duration::max()) {  // the session will fall first
    messages_[message].clear();
    free_messages_.push_back(message);
    --under_way_;
    return;
  }
  schedule(arrives, Kind::deliver, message);
}

// An outage begins or ends: BFD notices after its time, and a session returns after its own.
void Simulation::turn(std::uint32_t index) {
  const SimulatedLink& link = topology_.links[index];
  LinkState& state = links_[index];
  const std::uint32_t generation = ++state.generation;
  if (out(link.model[0], now_)) {
    schedule(now_ + link.notice, Kind::session_down, index, generation);
  } else if (!state.session) {
    schedule(now_ + kSessionReturn, Kind::session_up, index, generation);
  }
  if (const auto next = next_turn(link.model[0], now_)) schedule(*next, Kind::turn, index);
}

void Simulation::set_session(std::uint32_t index, bool up) {
  LinkState& state = links_[index];
  if (state.session == up) return;
  state.session = up;
  state.last_arrival = {now_, now_};
  const auto& ends = topology_.links[index].ends;
  if (up) {
    network_.link_up(ends[0], ends[1]);
  } else {
    network_.link_down(ends[0], ends[1]);
  }
  for (const std::size_t end : {0U, 1U}) {
    sites_[ends[end]].controller.condition_changed(clock_at(now_), id_of(ends[1 - end]),
                                                   {.session_established = up, .bfd_up = up});
    decide(ends[end]);
  }
  flush();
}

Costs Simulation::costs() const {
  const std::size_t sites = topology_.sites.size();
  Costs costs(sites * sites);
  for (std::uint32_t i = 0; i < links_.size(); ++i) {
    const SimulatedLink& link = topology_.links[i];
    const Queue& queues = load_.queues(i);
    for (const std::size_t end : {0U, 1U}) {
      const LinkModel& model = link.model[end];
      if (out(model, now_)) continue;
      const controller::Figures figures{.rtt = level(model, now_, queues),
                                        .bandwidth = link.bandwidth.value_or(controller::kReferenceBandwidth),
                                        .loss = loss(model, now_, queues),
                                        .bias = link.bias};
      // In the steps in which costs are published: finer differences are none.
      costs[link.ends[end] * sites + link.ends[1 - end]] =
          controller::cost_of(figures, topology_.tuning).value() / controller::kValuesPerMillisecond;
    }
  }
  return costs;
}

}  // namespace trimtab::sim
