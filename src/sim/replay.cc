#include "sim/replay.h"

#include "sim/routes.h"

namespace trimtab::sim {
namespace {

using controller::Controller;
using controller::SiteId;

// The part of the frames that only warms up.
constexpr std::size_t kWarmUpPart = 8;

// Ids begin at 1.
SiteId id_of(std::size_t host) {
  return static_cast<SiteId>(host + 1);
}

class Mesh {
 public:
  Mesh(const Trace& trace, const controller::Settings& settings) : trace_(trace) {
    for (std::size_t from = 0; from < trace.hosts(); ++from) {
      std::vector<controller::LinkSettings> links;
      for (std::size_t to = 0; to < trace.hosts(); ++to) {
        if (trace.linked(from, to))
          links.push_back({.neighbour = id_of(to), .interval = trace.typical_interval()});
      }
      link_count_ += links.size();
      controllers_.emplace_back(settings, std::move(links), kStart);
    }
  }

  // Every link's round of this frame; a link without a value was not measured. Returns what changed.
  std::size_t measure(std::size_t frame) {
    const MonotonicTime now = kStart + trace_.frames()[frame].at;
    std::size_t changes = 0;
    for (std::size_t from = 0; from < trace_.hosts(); ++from) {
      // What fell due between the frames is decided at its own time.
      while (const auto due = controllers_[from].next_deadline()) {
        if (*due >= now) break;
        changes += controllers_[from].decide(*due).size();
      }
      for (std::size_t to = 0; to < trace_.hosts(); ++to) {
        const auto rtt = trace_.rtt(frame, from, to);
        if (!rtt) continue;
        controllers_[from].round_finished(now, id_of(to), {{{controller::Outcome::answered, *rtt}}});
      }
      changes += controllers_[from].decide(now).size();
    }
    return changes;
  }

  Costs published() const {
    Costs costs(trace_.hosts() * trace_.hosts());
    for (std::size_t from = 0; from < trace_.hosts(); ++from) {
      for (const controller::Published& link : controllers_[from].published()) {
        costs[from * trace_.hosts() + link.neighbour - 1] = link.value;
      }
    }
    return costs;
  }

  std::size_t link_count() const { return link_count_; }

 private:
  static constexpr MonotonicTime kStart{std::chrono::hours{1}};
  const Trace& trace_;
  std::vector<Controller> controllers_;
  std::size_t link_count_ = 0;
};

// Both sums over the pairs that have a value in both.
struct Sums {
  double experienced = 0, clairvoyant = 0, direct = 0, clairvoyant_of_direct = 0;
  std::size_t skipped = 0;

  void charge(const Routes& routes, const Costs& rtts, std::size_t hosts) {
    for (std::size_t to = 0; to < hosts; ++to) {
      const auto best = cheapest_to(to, hosts, rtts);
      for (std::size_t from = 0; from < hosts; ++from) {
        if (from == to) continue;
        const auto direct_rtt = rtts[from * hosts + to];
        if (direct_rtt && best[from]) {
          direct += *direct_rtt;
          clairvoyant_of_direct += *best[from];
        }
        const auto sum = routes.sum_along(from, to, rtts);
        if (!sum || !best[from]) {
          ++skipped;
          continue;
        }
        experienced += *sum;
        clairvoyant += *best[from];
      }
    }
  }
};

Costs rtts_of(const Trace::Frame& frame) {
  Costs costs;
  costs.reserve(frame.rtt.size());
  for (const auto& rtt : frame.rtt) costs.push_back(rtt ? std::optional(rtt->count()) : std::nullopt);
  return costs;
}

}  // namespace

Replayed replay(const Trace& trace, const controller::Settings& settings) {
  const std::size_t hosts = trace.hosts(), frames = trace.frames().size();
  const std::size_t warm_up = frames / kWarmUpPart;
  Mesh mesh(trace, settings);
  Routes routes(hosts);
  Sums sums;
  std::size_t changes = 0, published = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const bool counts = frame >= warm_up && frame > 0;
    if (counts) sums.charge(routes, rtts_of(trace.frames()[frame]), hosts);
    const std::size_t said = mesh.measure(frame);
    const std::size_t moved = said > 0 ? routes.settle(mesh.published()) : 0;
    if (!counts) continue;
    changes += moved;
    published += said;
  }
  const std::size_t first = std::max<std::size_t>(warm_up, 1);
  Replayed result{.hosts = hosts,
                  .links = mesh.link_count(),
                  .frames = frames,
                  .counted_frames = frames - first,
                  .skipped = sums.skipped};
  result.hours =
      std::chrono::duration<double, std::ratio<3600>>(trace.frames().back().at - trace.frames()[first - 1].at)
          .count();
  const auto ratio = [](double a, double b) { return b > 0 ? a / b : 0; };
  result.cost_ratio = ratio(sums.experienced, sums.clairvoyant);
  result.direct_ratio = ratio(sums.direct, sums.clairvoyant_of_direct);
  result.changes_per_hour_pair =
      ratio(static_cast<double>(changes), result.hours * static_cast<double>(hosts * (hosts - 1)));
  result.published_per_hour_link =
      ratio(static_cast<double>(published), result.hours * static_cast<double>(mesh.link_count()));
  return result;
}

}  // namespace trimtab::sim
