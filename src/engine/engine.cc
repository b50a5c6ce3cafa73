#include "engine/engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "controller/words.h"
#include "engine/report.h"
#include "engine/setup.h"

namespace trimtab::engine {
namespace {

std::string counted(std::size_t links) {
  return fmt::format("{} link{}", links, links == 1 ? "" : "s");
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
      bird_(mesh_, self_, start.candidate_path, start.metrics_text) {
  set_up_links();
  restore(start);
}

// A neutral file says that nothing was ever published: its links are simply unmeasured.
void Engine::restore(const Start& start) {
  const auto metrics = start.metrics_fault.empty() ? bird::parse_metrics(start.metrics_text)
                                                   : Error{"the metrics file " + start.metrics_fault};
  if (!metrics) {
    note("bird", "", metrics.error().text() + "; every link is measured anew");
  }
  if (!metrics || metrics->neutral || metrics->policy != mesh_.policy) return;
  neutral_ = false;
  for (const auto& [neighbour, value] : metrics->values) {
    const auto favour =
        std::find_if(metrics->favours.begin(), metrics->favours.end(),
                     [id = neighbour](const bird::Favour& one) { return one.neighbour == id; });
    const double per_mille = favour == metrics->favours.end() ? 0 : favour->per_mille;
    controller_.restore(now_.monotonic, neighbour, value, Ratio{per_mille / bird::kWholePath});
  }
  bird_.restore(metrics->favours);
}

void Engine::set_up_links() {
  std::map<SiteId, LinkState> links;
  for (const mesh::Link* link : mesh_.links_of(self_)) {
    const SiteId neighbour = link->peer(self_).site;
    LinkState& state = links[neighbour];
    if (const auto before = links_.find(neighbour); before != links_.end()) state = before->second;
    const mesh::Site& site = *mesh_.find_site(neighbour);
    state.name = site.name;
    state.interface = link->own(self_).interface;
    state.own_address = link->own(self_).address.front();
    state.peer_address = link->peer(self_).address.front();
    const auto endpoint = site.endpoint ? parse_address(site.endpoint->host) : Error{};
    const auto address = endpoint ? std::optional(*endpoint) : std::nullopt;
    if (std::exchange(state.endpoint, address) != address)
      set_endpoint_fault(state, std::nullopt, "its endpoint is another one in the mesh file");
  }
  links_ = std::move(links);
  prober_.set_links(probed_links(mesh_, self_), now_.monotonic);
}

std::vector<Action> Engine::start(const Instant& now) {
  now_ = now;
  note("started", "",
       fmt::format("site {} of mesh {}, {}, policy {}", mesh_.find_site(self_)->name, mesh_.name,
                   counted(links_.size()), engine::name_of(mesh_.policy)));
  take(bird_.start(now_.monotonic));
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
  for (const auto& deadline : {controller_.next_deadline(), prober_.next_deadline(), bird_.next_deadline(),
                               interfaces_.next_deadline()}) {
    if (deadline && (!earliest || *deadline < *earliest)) earliest = deadline;
  }
  return earliest;
}

void Engine::on(const Woken&) {
  const MonotonicTime now = now_.monotonic;
  if (auto request = interfaces_.request(now)) actions_.push_back(SendNetlink{std::move(*request)});
  send_probes();
  take(bird_.advance(now));
  decide();
  log_new_events();
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
  note_changes();
  if (!decisions.empty()) neutral_ = false;
  const std::uint64_t edition = controller_.edition();
  if (std::exchange(told_, edition) != edition) publish();
}

void Engine::note_changes() {
  for (const SiteId neighbour : std::exchange(touched_, {})) {
    const auto view = controller_.view(neighbour, now_.monotonic);
    const auto link = links_.find(neighbour);
    if (!view || link == links_.end()) continue;
    note_standing(link->second, *view);
    note_boundaries(link->second, *view);
  }
}

void Engine::note_standing(LinkState& link, const controller::LinkView& view) {
  const controller::Standing before = std::exchange(link.standing, view.standing);
  if (before == view.standing) return;
  note("standing", link.name,
       fmt::format("{} -> {}", controller::name(before), controller::name(view.standing)));
}

// A crossing has a published value of its own only where the cost had not risen as far before it.
void Engine::note_boundaries(LinkState& link, const controller::LinkView& view) {
  if (view.standing != controller::Standing::up) {  // its estimates start anew, which is no way back
    link.beyond_loss_boundary = link.beyond_rtt_boundary = false;
    return;
  }
  const auto crossed = [](bool& told, bool beyond) { return std::exchange(told, beyond) != beyond; };
  if (crossed(link.beyond_loss_boundary, view.loss.beyond_boundary)) {
    note("boundary", link.name,
         fmt::format("{} the loss boundary: {:.1f} % proven",
                     link.beyond_loss_boundary ? "beyond" : "back from", view.loss.proven.percent()));
  }
  if (view.rtt && crossed(link.beyond_rtt_boundary, view.rtt_beyond_boundary)) {
    note("boundary", link.name,
         fmt::format("{} the RTT boundary: {:.1f} ms", link.beyond_rtt_boundary ? "beyond" : "back from",
                     view.rtt->count()));
  }
}

void Engine::log_new_events() {
  for (const control::Event& event : journal_.take_new()) {
    const std::string about = event.link.empty() ? "" : fmt::format("link to {}: ", event.link);
    actions_.push_back(Say{about + event.text});
  }
}

void Engine::publish() {
  take(bird_.publish(now_.monotonic, controller_.published(), neutral_));
}

// ---- BIRD

void Engine::on(const BirdHappened& happened) {
  take(bird_.handle(now_.monotonic, happened.event));
}

void Engine::take(const BirdReports& reports) {
  for (const BirdReport& report : reports) {
    std::visit([this](const auto& what) { take_report(what); }, report);
  }
}

void Engine::take_report(const DoForBird& wish) {
  actions_.push_back(wish);
}

void Engine::take_report(const Remark& remark) {
  note(remark.kind, "", remark.text);
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
  bird_.mesh_changed(now_.monotonic);
  controller_.set_links(now_.monotonic, controller_settings(mesh_), controller_links(mesh_, self_));
  note("mesh", "", fmt::format("the mesh file was read again: {}", counted(links_.size())));
  interfaces_changed();
  decide();
  publish();
}

// ---- telling

void Engine::note(std::string kind, std::string link, std::string text) {
  journal_.add({.at = now_.wall, .kind = std::move(kind), .link = std::move(link), .text = std::move(text)});
}

}  // namespace trimtab::engine
