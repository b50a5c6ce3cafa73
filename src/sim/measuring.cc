// How the sites of a simulation measure their links: when whose probing goes on, and what becomes of its
// samples.
#include <algorithm>

#include "sim/simulation.h"

namespace trimtab::sim {

void Simulation::finish_round(const Rounds::Round& round) {
  Probing& probing = links_[round.link].probing[round.end];
  probing.finish_round();
  take_samples(round.link, round.end);
  probing.begin_round(now_ + round.interval, wire(round.link, round.end));
  wake_probing(round.link, round.end);
}

void Simulation::go_on_probing(std::uint32_t index, std::size_t end) {
  links_[index].will_probe_at[end].reset();
  links_[index].probing[end].advance(now_, wire(index, end));
  take_samples(index, end);
  wake_probing(index, end);
}

void Simulation::wake_probing(std::uint32_t index, std::size_t end) {
  const auto deadline = links_[index].probing[end].next_deadline();
  if (!deadline) return;
  const Duration at = std::max(now_, *deadline);
  auto& will_probe_at = links_[index].will_probe_at[end];
  if (will_probe_at && *will_probe_at <= at) return;
  will_probe_at = at;
  schedule(at, Kind::probing, index, static_cast<std::uint32_t>(end));
}

Wire Simulation::wire(std::uint32_t index, std::size_t end) const {
  return {topology_.links[index].model[end], load_.queues(index)};
}

void Simulation::take_samples(std::uint32_t index, std::size_t end) {
  auto& probing = links_[index].probing;
  bool any = false, round = false;
  while (probing[end].take_sample(now_, sample_)) {
    judge_sample(index, end);
    any = true;
    round = round || !sample_.quick;
  }
  if (any) decide(topology_.links[index].ends[end]);
  if (round) look_at_routes(topology_.links[index].ends[end]);
  if (const auto heard_at = probing[end].take_heard()) {
    probing[1 - end].hear_peer(*heard_at);
    wake_probing(index, 1 - end);
  }
}

// As the daemon does with each, but that it hears of the load a turn later.
void Simulation::judge_sample(std::uint32_t index, std::size_t end) {
  const SimulatedLink& link = topology_.links[index];
  const Site site = link.ends[end];
  const controller::SiteId neighbour = id_of(link.ends[1 - end]);
  controller::Controller& controller = sites_[site].controller;
  ++samples_;
  controller.round_finished(clock_at(now_), neighbour, sample_);
  Probing& probing = links_[index].probing[end];
  probing.expect(controller.suspicious_above(neighbour));
  if (controller.suspects(neighbour)) probing.raise(now_);
  if (sample_.quick) {
    if (const auto traffic = load_.count_quickly(now_, index, end))
      controller.throughput(clock_at(now_), neighbour, *traffic);
  } else {
    const bool complete = std::all_of(sample_.probes.begin(), sample_.probes.end(), [](const auto& one) {
      return one.outcome == controller::Outcome::answered;
    });
    if (const auto traffic = load_.count(now_, index, end, complete))
      controller.throughput(clock_at(now_), neighbour, *traffic);
  }
}

}  // namespace trimtab::sim
