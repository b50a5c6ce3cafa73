// What the engine answers to who asks: status and events at once, an explanation once BIRD has told its
// routes.
#include "engine/engine.h"
#include "engine/explain.h"
#include "engine/report.h"

namespace trimtab::engine {

void Engine::on(const Asked& asked) {
  const auto request = control::parse_request(asked.line);
  if (!request) {
    answer(asked.client, request.error());
    return;
  }
  std::visit([&](const auto& question) { answer(asked.client, question); }, *request);
}

void Engine::answer(Client client, const control::AskStatus&) {
  actions_.push_back(Answer{client, control::to_line(control::to_json(status()))});
}

void Engine::answer(Client client, const control::AskEvents& ask) {
  actions_.push_back(Answer{client, control::to_line(control::to_json(journal_.since(ask.since)))});
}

void Engine::answer(Client client, const Error& error) {
  actions_.push_back(Answer{client, control::to_line(control::to_json(error))});
}

void Engine::answer(Client client, const control::AskExplain& ask) {
  const auto destination = find_destination(mesh_, ask.destination);
  if (!destination) {
    answer(client, destination.error());
    return;
  }
  explanations_[++last_token_] = {client, ask.destination};
  take(bird_.query(now_.monotonic, last_token_, bird::routes_command(destination->prefix)));
}

void Engine::take_report(const bird::QueryAnswered& answered) {
  const auto pending = explanations_.find(answered.token);
  if (pending == explanations_.end()) return;
  const auto [client, asked] = pending->second;
  explanations_.erase(pending);
  const auto destination = find_destination(mesh_, asked);
  if (!destination) return answer(client, destination.error());
  const auto routes = answered.reply ? bird::parse_routes(*answered.reply) : answered.reply.error();
  if (!routes) {
    answer(client, routes.error());
    return;
  }
  auto explanation = explain(mesh_, self_, *destination, *routes, bird_.wanted().values);
  explanation.sessions = established_sessions();
  explanation.margin_ends_in = bird_.favour_ends_in(destination->prefix);
  for (const control::Candidate& candidate : explanation.candidates) {
    const SiteId neighbour = mesh_.find_site(std::string_view(candidate.neighbour))->id;
    if (const auto link = links_.find(neighbour); link != links_.end()) {
      explanation.links.push_back(report(neighbour, link->second));
    }
  }
  actions_.push_back(Answer{client, control::to_line(control::to_json(explanation))});
}

std::optional<int> Engine::established_sessions() const {
  int established = 0;
  for (const auto& [neighbour, link] : links_) {
    if (!link.session_established) return std::nullopt;
    established += *link.session_established;
  }
  return established;
}

control::LinkReport Engine::report(SiteId neighbour, const LinkState& link) const {
  const auto view = controller_.view(neighbour, now_.monotonic);
  TRIMTAB_CHECK(view.has_value());
  auto report = report_link({.view = *view,
                             .counters = prober_.counters(neighbour),
                             .traffic = link.traffic,
                             .session_established = link.session_established,
                             .bfd_up = link.bfd_up,
                             .full_size = prober_.full_size(neighbour)},
                            mesh_.policy, now_.monotonic);
  report.name = link.name;
  report.interface = link.interface;
  report.local_fault = link.refusals.fault() ? std::optional(link.refusals.text()) : link.endpoint_fault;
  return report;
}

control::Status Engine::status() const {
  const bird::BirdState& bird = bird_.state();
  control::Status status{.mesh = mesh_.name,
                         .site = mesh_.find_site(self_)->name,
                         .policy = std::string(engine::name_of(mesh_.policy)),
                         .fingerprint = mesh::fingerprint(mesh_).short_id,
                         .mesh_file_ok = mesh_file_ok_,
                         .other_mesh_files = bird_.other_mesh_files(),
                         .uptime = now_.monotonic - started_,
                         .bird = {.state = std::string(name_of(bird.link)),
                                  .version = bird.version,
                                  .pending = bird.publish_pending}};
  status.stray_packets = stray_packets_;
  const netlink::InterfaceTable::Counts& counts = interfaces_.counts();
  status.interfaces = {counts.dumps, counts.interrupted, counts.overruns};
  if (bird.last_error) status.bird.error = bird.last_error->text();
  status.lan_fault = lan_fault_;
  for (const auto& [neighbour, link] : links_) status.links.push_back(report(neighbour, link));
  const auto any = [this](controller::Standing standing) {
    return std::ranges::any_of(links_, [&](const auto& link) { return link.second.standing == standing; });
  };
  using enum controller::Standing;
  status.every_link_down =
      any(down) && !any(up) && !any(earning);  // before the first answer nothing is known
  return status;
}

}  // namespace trimtab::engine
