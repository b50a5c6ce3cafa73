#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/words.h"
#include "engine/report.h"
#include "engine/setup.h"

namespace trimtab::engine {
namespace {

// A favour is two readings behind a choice: two seconds in which noise could still move the route. Sixty
// prefixes take BIRD and us 2 ms; larger tables are read less often, so that reading stays below a thousandth
// of the time.
constexpr Duration kReadingPace = std::chrono::seconds{1};
constexpr Duration kReadingAgain = std::chrono::seconds{10};  // after one that failed
constexpr Duration kReadingPerPrefix = std::chrono::milliseconds{25};

// Of the question about other mesh files; those of `explain` count from 1.
constexpr std::uint64_t kComparisonToken = 0;

RoundQuality quality_of(const probe::Round& round) {
  RoundQuality quality{.complete = !round.results.empty()};
  std::vector<Milliseconds> rtts;
  for (const probe::Result& result : round.results) {
    if (result.outcome == probe::Outcome::answered) rtts.push_back(result.rtt);
    if (result.outcome != probe::Outcome::answered) quality.complete = false;
  }
  if (rtts.empty()) return quality;
  const auto middle = rtts.begin() + static_cast<std::ptrdiff_t>(rtts.size() / 2);
  std::nth_element(rtts.begin(), middle, rtts.end());
  quality.rtt = *middle;
  return quality;
}

}  // namespace

Engine::Engine(Start start)
    : mesh_(std::move(start.mesh)),
      self_(start.self),
      now_(start.now),
      started_(start.now.monotonic),
      controller_(controller_settings(mesh_), controller_links(mesh_, self_), now_.monotonic),
      prober_({.identifier = start.identifier,
               .timeout = mesh_.tuning.probe_timeout,
               .seed = start.seed,
               .fill_random = std::move(start.fill_random)}),
      publisher_(bird::neighbours_of(mesh_, self_), std::move(start.candidate_path), start.metrics_text) {
  set_up_links();
  restore(start.metrics_text);
}

// A neutral file says that nothing was ever published: its links are simply unmeasured.
void Engine::restore(const std::string& metrics_text) {
  const auto metrics = bird::parse_metrics(metrics_text);
  if (!metrics || metrics->neutral || metrics->policy != mesh_.policy) return;
  neutral_ = false;
  for (const auto& [neighbour, value] : metrics->values) {
    const auto favour = std::find_if(metrics->favours.begin(), metrics->favours.end(),
                                     [&](const bird::Favour& one) { return one.neighbour == neighbour; });
    const double per_mille = favour == metrics->favours.end() ? 0 : favour->per_mille;
    controller_.restore(now_.monotonic, neighbour, value, Ratio{per_mille / bird::kWholePath});
  }
  favours_.restore(metrics->favours);
}

void Engine::set_up_links() {
  std::map<SiteId, LinkState> links;
  for (const mesh::Link* link : mesh_.links_of(self_)) {
    const SiteId neighbour = link->peer(self_).site;
    LinkState& state = links[neighbour];
    if (const auto before = links_.find(neighbour); before != links_.end()) state = before->second;
    state.name = mesh_.find_site(neighbour)->name;
    state.interface = link->own(self_).interface;
    state.own_address = link->own(self_).address.front();
    state.peer_address = link->peer(self_).address.front();
    state.probes = mesh_.tuning.probes;
  }
  links_ = std::move(links);
  prober_.set_links(probed_links(mesh_, self_), now_.monotonic);
}

std::vector<Action> Engine::start(const Instant& now) {
  now_ = now;
  note("started", "",
       fmt::format("site {} of mesh {}, {} links, policy {}", mesh_.find_site(self_)->name, mesh_.name,
                   links_.size(), engine::name_of(mesh_.policy)));
  take(publisher_.start(now_.monotonic));
  publish();
  on(Woken{});
  return std::exchange(actions_, {});
}

std::vector<Action> Engine::handle(const Instant& now, const Event& event) {
  now_ = now;
  std::visit([this](const auto& happened) { on(happened); }, event);
  return std::exchange(actions_, {});
}

std::optional<MonotonicTime> Engine::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const auto& deadline :
       {controller_.next_deadline(), prober_.next_deadline(), publisher_.next_deadline(),
        interfaces_.next_deadline(), std::optional(next_comparison_),
        favours() ? std::optional(next_reading_) : std::nullopt}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void Engine::on(const Woken&) {
  const MonotonicTime now = now_.monotonic;
  if (auto request = interfaces_.request(now)) actions_.push_back(SendNetlink{std::move(*request)});
  send_probes();
  if (const auto due = publisher_.next_deadline(); due && *due <= now) {
    take(publisher_.handle(now, bird::TimePassed{}));
  }
  if (now >= next_comparison_) compare_mesh_files();
  if (favours() && now >= next_reading_) read_routes();
  decide();
  log_new_events();
}

// ---- measuring

void Engine::send_probes() {
  probe::Turn turn = prober_.handle(now_.monotonic);
  for (const probe::Round& round : turn.rounds) finish_round(round);
  for (probe::Probe& probe : turn.probes) {
    const LinkState& link = links_.at(probe.link);
    const netlink::Interface* interface = interfaces_.find(link.interface);
    if (interface == nullptr) {
      prober_.refused(probe.link, probe.sequence);
      continue;
    }
    actions_.push_back(SendProbe{probe.link, probe.sequence, interface->index, link.own_address,
                                 link.peer_address, std::move(probe.message)});
  }
}

void Engine::on(const ProbeDeparted& departed) {
  if (departed.error == 0) {
    prober_.sent(departed.link, departed.sequence, departed.at);
  } else {
    prober_.refused(departed.link, departed.sequence);
  }
}

void Engine::on(const PacketArrived& packet) {
  const netlink::Interface* interface = interfaces_.find(packet.interface_index);
  if (interface == nullptr) return;
  for (const auto& [neighbour, link] : links_) {
    if (link.interface == interface->name) prober_.received(neighbour, packet.packet, packet.arrival);
  }
}

void Engine::finish_round(const probe::Round& round) {
  controller_.round_finished(now_.monotonic, round.link, sample_of(round));
  touched_.insert(round.link);
  prober_.expect(round.link, controller_.suspicious_above(round.link));
  if (const auto shift = controller_.take_shift(round.link)) {
    note("shift", links_.at(round.link).name,
         fmt::format("RTT has moved from {:.1f} to {:.1f} ms", shift->from.count(), shift->to.count()));
  }
  if (controller_.suspects(round.link)) prober_.check(round.link, now_.monotonic);
  if (!round.quick) wait_for_counters(round);
}

// Throughput is taken over whole rounds: a batch of quick probes lasts half a second.
void Engine::wait_for_counters(const probe::Round& round) {
  LinkState& link = links_.at(round.link);
  link.awaiting_counters = quality_of(round);
  actions_.push_back(SendNetlink{interfaces_.ask_counters(link.interface)});
}

// ---- interfaces

void Engine::on(const NetlinkArrived& arrived) {
  const netlink::InterfaceTable::Heard heard = interfaces_.take(arrived.datagram);
  if (heard.changed) interfaces_changed();
  for (const auto& counted : heard.counters) {
    for (auto& [neighbour, link] : links_) {
      if (link.interface != counted.interface.name || !link.awaiting_counters) continue;
      const auto sample = link.traffic.take(now_.monotonic, counted.interface.index, counted.counters,
                                            *std::exchange(link.awaiting_counters, std::nullopt));
      if (sample) controller_.throughput(now_.monotonic, neighbour, {sample->rate, sample->saturated});
    }
  }
}

void Engine::on(const NetlinkOverrun&) {
  interfaces_.overrun();
}

void Engine::interfaces_changed() {
  if (!interfaces_.complete()) return;
  for (auto& [neighbour, link] : links_) {
    const netlink::Interface* interface = interfaces_.find(link.interface);
    controller::Condition condition = link.condition;
    condition.interface_up = interface != nullptr && interface->up && interface->running;
    set_condition(neighbour, link, condition);
  }
}

void Engine::set_condition(SiteId neighbour, LinkState& link, const controller::Condition& condition) {
  if (condition == link.condition) return;
  const auto tell = [&](bool before, bool after, std::string_view what) {
    if (before != after)
      note("session", link.name, fmt::format("{} {}", what, after ? "is back" : "is gone"));
  };
  tell(link.condition.interface_up, condition.interface_up, "interface " + link.interface);
  tell(link.condition.session_established, condition.session_established, "BGP session");
  tell(link.condition.bfd_up, condition.bfd_up, "BFD session");
  link.condition = condition;
  controller_.condition_changed(now_.monotonic, neighbour, condition);
  touched_.insert(neighbour);
}

// ---- deciding and publishing

void Engine::decide() {
  const auto decisions = controller_.decide(now_.monotonic);
  for (const controller::Decision& decision : decisions) {
    touched_.insert(decision.neighbour);
    journal_.add({.at = now_.wall,
                  .kind = "published",
                  .link = links_.at(decision.neighbour).name,
                  .text = controller::sentence(decision, mesh_.policy),
                  .from = worth_of(decision.from, mesh_.policy),
                  .to = worth_of(decision.to, mesh_.policy),
                  .reason = std::string(controller::name(decision.reason))});
  }
  note_standings();
  if (!decisions.empty()) neutral_ = false;
  const std::uint64_t edition = controller_.edition();
  if (std::exchange(told_, edition) != edition) publish();
}

void Engine::note_standings() {
  for (const SiteId neighbour : std::exchange(touched_, {})) {
    const auto view = controller_.view(neighbour, now_.monotonic);
    const auto link = links_.find(neighbour);
    if (!view || link == links_.end() || view->standing == link->second.standing) continue;
    note("standing", link->second.name,
         fmt::format("{} -> {}", controller::name(link->second.standing), controller::name(view->standing)));
    link->second.standing = view->standing;
  }
}

void Engine::log_new_events() {
  for (const control::Event& event : journal_.take_new()) {
    const std::string about = event.link.empty() ? "" : fmt::format("link to {}: ", event.link);
    actions_.push_back(Say{about + event.text});
  }
}

bird::Metrics Engine::wanted_metrics() const {
  bird::Metrics metrics{.policy = mesh_.policy, .neutral = neutral_};
  for (const controller::Published& value : controller_.published()) {
    metrics.values.emplace_back(value.neighbour, value.value);
    if (!favours()) continue;
    if (auto prefixes = favours_.through(value.neighbour); !prefixes.empty())
      metrics.favours.push_back({value.neighbour, controller::per_mille(value.margin), std::move(prefixes)});
  }
  return metrics;
}

bool Engine::favours() const {
  return mesh_.policy == mesh::Policy::path && mesh_.tuning.estimator == mesh::Estimator::steady;
}

void Engine::read_routes() {
  next_reading_ = now_.monotonic + kReadingPace;
  if (publisher_.state().link != bird::BirdLink::connected) return;
  take(publisher_.read_routes(now_.monotonic, mesh_.community));
}

void Engine::publish() {
  take(publisher_.publish(now_.monotonic, wanted_metrics()));
}

// ---- BIRD

void Engine::on(const BirdHappened& happened) {
  take(publisher_.handle(now_.monotonic, happened.event));
}

void Engine::take(const std::vector<bird::Action>& actions) {
  for (const bird::Action& action : actions) {
    std::visit(
        [&](const auto& what) {
          if constexpr (requires { take_report(what); }) {
            take_report(what);
          } else {
            actions_.push_back(DoForBird{what});
          }
        },
        action);
  }
}

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

void Engine::take_report(const bird::MetricsPublished&) {
  if (std::exchange(refused_, false)) note("bird", "", "the metrics file is published again");
}

void Engine::take_report(const bird::QueryAnswered& answered) {
  if (answered.token == kComparisonToken) return take_other_mesh_files(answered.reply);
  finish_explanation(answered);
}

void Engine::take_report(const bird::RoutesRead& read) {
  if (!read.prefixes) {  // the next one is as good, and a table too large to read stays so
    next_reading_ = now_.monotonic + kReadingAgain;
    return;
  }
  next_reading_ = std::max(
      next_reading_, now_.monotonic + kReadingPerPrefix * static_cast<Duration::rep>(read.prefixes->size()));
  if (favours_.take(*read.prefixes)) publish();
}

void Engine::take_report(const bird::MetricsRefused& refused) {
  refused_ = true;
  note("bird", "", refused.error.text());
}

void Engine::take_report(const bird::StateChanged&) {
  const bird::BirdState& state = publisher_.state();
  if (state.link == bird_link_) return;
  bird_link_ = state.link;
  if (state.link != bird::BirdLink::connected) {
    for (auto& [neighbour, link] : links_) link.session_established = link.bfd_up = std::nullopt;
  }
  const std::string why = state.last_error ? ": " + state.last_error->text() : "";
  note("bird", "",
       fmt::format("BIRD {}is {}{}", state.version.empty() ? "" : state.version + " ", name_of(state.link),
                   why));
}

// ---- the mesh file

void Engine::on(const MeshRead& read) {
  mesh_file_ok_ = read.mesh.ok() && read.mesh->find_site(self_) != nullptr;
  if (!mesh_file_ok_) {
    note("mesh", "",
         read.mesh.ok() ? "the mesh file no longer has this site; the one before stays in force"
                        : read.mesh.error().text() + "; the one before stays in force");
    return;
  }
  mesh_ = *read.mesh;
  prober_.set_timeout(mesh_.tuning.probe_timeout);
  set_up_links();
  if (favours()) {
    favours_.keep(mesh_, self_);
  } else {
    favours_ = {};
  }
  controller_.set_links(now_.monotonic, controller_settings(mesh_), controller_links(mesh_, self_));
  next_comparison_ = now_.monotonic;
  publisher_.set_neighbours(bird::neighbours_of(mesh_, self_));
  note("mesh", "", fmt::format("the mesh file was read again: {} links", links_.size()));
  interfaces_changed();
  decide();
  publish();
}

// Whose routes carry another fingerprint than ours (specification §2), once an interval.
void Engine::compare_mesh_files() {
  next_comparison_ = now_.monotonic + mesh_.tuning.interval;
  if (publisher_.state().link != bird::BirdLink::connected) return;
  take(
      publisher_.query(now_.monotonic, kComparisonToken,
                       bird::other_fingerprints_command(mesh_.community, mesh::fingerprint(mesh_).short_id)));
}

// A question that went wrong leaves what was known.
void Engine::take_other_mesh_files(const Result<bird::Reply>& reply) {
  const auto routes = reply ? bird::parse_routes(*reply) : reply.error();
  if (!routes) return;
  auto others = origins_of(mesh_, *routes);
  if (others == other_mesh_files_) return;
  other_mesh_files_ = std::move(others);
  note("mesh", "",
       other_mesh_files_.empty()
           ? "every site has this mesh file"
           : fmt::format("another mesh file than here: {}", fmt::join(other_mesh_files_, ", ")));
}

// ---- telling

void Engine::note(std::string kind, std::string link, std::string text) {
  journal_.add({.at = now_.wall, .kind = std::move(kind), .link = std::move(link), .text = std::move(text)});
}

}  // namespace trimtab::engine
