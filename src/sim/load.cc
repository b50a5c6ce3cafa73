#include "sim/load.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace trimtab::sim {

Load::Load(const Topology& topology, const LinkIndex& index)
    : topology_(topology), index_(index), links_(topology.links.size()) {}

void Load::advance(LinkLoad& link, Duration now) {
  const double seconds = std::chrono::duration<double>(now - std::exchange(link.at, now)).count();
  for (Direction& direction : link.from) {
    direction.sent += direction.offered * seconds;
    direction.arrived += direction.carried * seconds;
  }
}

void Load::follow(Duration now, const PathVector& network) {
  if (topology_.demands.empty()) return;
  for (LinkLoad& link : links_) {
    advance(link, now);
    for (Direction& direction : link.from) direction.offered = direction.carried = 0;
  }
  for (const Demand& demand : topology_.demands) {
    Site at = demand.from;
    for (std::size_t hops = 0; at != demand.to && hops < topology_.sites.size(); ++hops) {
      const auto next = network.chosen(at, demand.to);
      if (!next) break;
      const std::uint32_t link = index_.between(at, *next);
      links_[link].from[topology_.links[link].ends[0] == at ? 0 : 1].offered += demand.rate.megabits();
      at = *next;
    }
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const auto& bandwidth = topology_.links[i].bandwidth;
    auto& [forth, back] = links_[i].from;
    for (Direction* direction : {&forth, &back}) {
      direction->carried =
          bandwidth ? std::min(direction->offered, bandwidth->megabits()) : direction->offered;
    }
    if (!bandwidth) continue;
    const Queue out = queue_of(forth.offered, *bandwidth), in = queue_of(back.offered, *bandwidth);
    links_[i].queues = {out.delay + in.delay, Ratio{1 - (1 - out.loss.value) * (1 - in.loss.value)}};
  }
}

std::optional<controller::ThroughputSample> Load::count(Duration now, std::uint32_t index, std::size_t end,
                                                        bool complete) {
  if (topology_.demands.empty()) return std::nullopt;
  LinkLoad& link = links_[index];
  const Reading reading = read(now, index, end);
  link.latest[end] = reading;
  auto sample = rates(reading, std::exchange(link.last[end], reading));
  if (sample && !complete) sample->arrived.reset();
  return sample;
}

std::optional<controller::ThroughputSample> Load::count_quickly(Duration now, std::uint32_t index,
                                                                std::size_t end) {
  if (topology_.demands.empty()) return std::nullopt;
  const Reading reading = read(now, index, end);
  if (now - links_[index].latest[end].at < controller::ThroughputSample::kShortestQuick) return std::nullopt;
  const auto sample = rates(reading, std::exchange(links_[index].latest[end], reading));
  if (!sample) return std::nullopt;
  return controller::ThroughputSample{.arrived = {}, .load = sample->load, .quick = true};
}

Load::Reading Load::read(Duration now, std::uint32_t index, std::size_t end) {
  LinkLoad& link = links_[index];
  advance(link, now);
  return {now, link.from[end].sent, link.from[1 - end].arrived};
}

std::optional<controller::ThroughputSample> Load::rates(const Reading& now, const Reading& before) {
  if (now.at <= before.at) return std::nullopt;
  const double seconds = std::chrono::duration<double>(now.at - before.at).count();
  const auto rate = [&](double megabits) {
    return Rate{static_cast<std::uint64_t>(std::llround(megabits / seconds * 1e6))};
  };
  const Rate out = rate(now.sent - before.sent), in = rate(now.arrived - before.arrived);
  return controller::ThroughputSample{.arrived = out, .load = std::max(out, in)};
}

}  // namespace trimtab::sim
