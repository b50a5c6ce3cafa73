#include "sim/replay.h"

#include "sim/charge.h"
#include "sim/told.h"
#include "util/check.h"

namespace trimtab::sim {
namespace {

using controller::Controller;

// Updates within one frame. It always settles (docs/convergence.md); this only ends a run that proves it
// wrong.
constexpr std::uint64_t kMostUpdates = 100'000'000;

PathVector::Links pairs_of(const Trace& trace) {
  PathVector::Links pairs;
  for (Site one = 0; one < trace.hosts(); ++one) {
    for (Site other = one + 1; other < trace.hosts(); ++other) {
      if (trace.linked(one, other) || trace.linked(other, one)) pairs.emplace_back(one, other);
    }
  }
  return pairs;
}

class Mesh {
 public:
  Mesh(const Trace& trace, const controller::Settings& settings)
      : trace_(trace),
        network_(trace.hosts(), pairs_of(trace), Choice::path),
        next_hops_(trace.hosts() * trace.hosts()) {
    for (Site from = 0; from < trace.hosts(); ++from) {
      std::vector<controller::LinkSettings> links;
      for (Site to = 0; to < trace.hosts(); ++to) {
        if (trace.linked(from, to))
          links.push_back({.neighbour = id_of(to), .interval = trace.typical_interval()});
      }
      link_count_ += links.size();
      controllers_.emplace_back(settings, std::move(links), kStart);
      told_.emplace_back(from);
    }
  }

  // Every link's round of this frame; a link without a value was not measured. Returns what changed.
  std::size_t measure(std::size_t frame) {
    const MonotonicTime now = kStart + trace_.frames()[frame].at;
    std::size_t changes = 0;
    for (Site from = 0; from < trace_.hosts(); ++from) {
      // What fell due between the frames is decided at its own time.
      while (const auto due = controllers_[from].next_deadline()) {
        if (*due >= now) break;
        changes += controllers_[from].decide(*due).size();
      }
      for (Site to = 0; to < trace_.hosts(); ++to) {
        if (const auto rtt = trace_.rtt(frame, from, to)) measure_link(now, from, to, *rtt);
      }
      changes += controllers_[from].decide(now).size();
    }
    return changes;
  }

  // BGP comes to rest on what is published now. Returns how many next hops are others than before; what BGP
  // tried on the way is not asked, and a first way is no change.
  std::size_t settle(std::size_t frame) {
    const auto before = next_hops_;
    for (Site from = 0; from < trace_.hosts(); ++from) {
      const auto published = controllers_[from].published();
      told_[from].look(kStart + trace_.frames()[frame].at, network_, published);
      told_[from].tell(network_, published);
    }
    TRIMTAB_CHECK(sim::settle(network_, kMostUpdates));
    std::size_t moved = 0;
    for (std::size_t i = 0; i < next_hops_.size(); ++i) {
      next_hops_[i] =
          network_.chosen(static_cast<Site>(i / trace_.hosts()), static_cast<Site>(i % trace_.hosts()));
      if (before[i] && next_hops_[i] != before[i]) ++moved;
    }
    return moved;
  }

  const PathVector& network() const { return network_; }
  std::size_t link_count() const { return link_count_; }

 private:
  static constexpr MonotonicTime kStart{std::chrono::hours{1}};

  // A value that the controller does not believe at once it has quick probes look at, long before the next
  // frame; all that is known of what they would see is the value itself.
  void measure_link(MonotonicTime now, Site from, Site to, Milliseconds rtt) {
    controller::Sample sample{{{controller::Outcome::answered, rtt}}};
    controllers_[from].round_finished(now, id_of(to), sample);
    if (!controllers_[from].suspects(id_of(to))) return;
    sample.quick = true;
    controllers_[from].round_finished(now, id_of(to), sample);
  }

  const Trace& trace_;
  PathVector network_;
  std::vector<std::optional<Site>> next_hops_;  // hosts × hosts
  std::vector<Controller> controllers_;
  std::vector<Told> told_;
  std::size_t link_count_ = 0;
};

struct ReplaySums {
  double experienced = 0, clairvoyant = 0, direct = 0, clairvoyant_of_direct = 0;
  std::size_t skipped = 0;

  void add(const Charge& frame, const Costs& rtts, std::size_t hosts) {
    experienced += frame.along;
    clairvoyant += frame.best;
    skipped += frame.broken + frame.unreachable;
    for (const Charge::Pair& pair : frame.pairs) {
      const auto& direct_rtt = rtts[pair.from * hosts + pair.to];
      if (!direct_rtt || !pair.best) continue;
      direct += *direct_rtt;
      clairvoyant_of_direct += *pair.best;
    }
  }
};

Costs rtts_of(const Trace& trace, std::size_t frame) {
  Costs costs;
  costs.reserve(trace.hosts() * trace.hosts());
  for (Site from = 0; from < trace.hosts(); ++from) {
    for (Site to = 0; to < trace.hosts(); ++to) {
      const auto rtt = trace.rtt(frame, from, to);
      costs.push_back(rtt ? std::optional(rtt->count()) : std::nullopt);
    }
  }
  return costs;
}

}  // namespace

Replayed replay(const Trace& trace, const controller::Settings& settings) {
  const std::size_t hosts = trace.hosts(), frames = trace.frames().size();
  const std::size_t warm_up = frames / kWarmUpPart;
  Mesh mesh(trace, settings);
  ReplaySums sums;
  std::uint64_t changes = 0, published = 0;
  for (std::size_t frame = 0; frame < frames; ++frame) {
    const bool counts = frame >= warm_up && frame > 0;
    if (counts) {
      const Costs rtts = rtts_of(trace, frame);
      sums.add(charge(mesh.network(), rtts), rtts, hosts);
    }
    const std::size_t said = mesh.measure(frame);
    const std::size_t moved = mesh.settle(frame);
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
