#include "engine/report.h"

#include <algorithm>

#include "controller/words.h"

namespace trimtab::engine {
namespace {

using controller::LinkView;

control::LossReport report_loss(const controller::LossView& loss) {
  return {
      .probes = loss.probes, .ratio = loss.ratio, .low = loss.low, .high = loss.high, .proven = loss.proven};
}

control::MtuReport report_mtu(const probe::FullSize& full_size) {
  control::MtuReport report{.bytes = full_size.packet_bytes, .passes = std::nullopt};
  if (full_size.passage != probe::Passage::unknown)
    report.passes = full_size.passage == probe::Passage::passes;
  return report;
}

std::optional<control::HeldReport> report_held(const LinkView& view, MonotonicTime now) {
  if (!view.held) return std::nullopt;
  control::HeldReport report{.reason = std::string(controller::name(view.held->why)),
                             .text = controller::sentence(view.held->why)};
  if (view.held->until) report.remaining = std::max(Duration{0}, *view.held->until - now);
  return report;
}

}  // namespace

std::string_view name_of(mesh::Policy policy) {
  return policy == mesh::Policy::path ? "path" : "score";
}

control::Worth worth_of(controller::Value value, mesh::Policy policy) {
  return policy == mesh::Policy::path ? value / controller::kValuesPerMillisecond : value;
}

control::LinkReport report_link(const LinkFacts& facts, mesh::Policy policy, MonotonicTime now) {
  const LinkView& view = facts.view;
  control::LinkReport report;
  report.neighbour = view.neighbour;
  report.standing = controller::name(view.standing);
  report.interface_up = view.condition.interface_up;
  report.session_established = facts.session_established;
  report.bfd_up = facts.bfd_up;
  if (facts.full_size) report.mtu = report_mtu(*facts.full_size);
  report.rtt = view.rtt;
  report.jitter = view.jitter;
  if (view.last_round) report.last_rtt = view.last_round->rtt;
  report.loss = report_loss(view.loss);
  report.bandwidth = {.rate = view.bandwidth,
                      .source = std::string(controller::name(view.bandwidth_source)),
                      .stale = view.bandwidth_stale};
  report.loaded = view.saturated;
  report.in = facts.traffic.in();
  report.out = facts.traffic.out();
  if (view.computed) report.computed = worth_of(*view.computed, policy);
  report.noise = view.noise;
  report.margin = view.margin;
  report.published = worth_of(view.published, policy);
  report.held = report_held(view, now);
  if (view.last_change) report.since_change = now - *view.last_change;
  if (facts.counters) {
    report.probes_sent = facts.counters->sent;
    report.quick_probes = facts.counters->quick;
    report.probes_answered = facts.counters->answered;
    report.probes_late = facts.counters->late;
    report.probes_lost = facts.counters->lost;
    report.probes_unmeasured = facts.counters->unmeasured;
    report.forged_answers = facts.counters->forged;
    report.duplicate_answers = facts.counters->duplicates;
    report.malformed_packets = facts.counters->malformed;
    report.icmp_errors = facts.counters->errors;
    report.local_faults = facts.counters->local_faults;
    report.clock_steps = facts.counters->clock_steps;
  }
  return report;
}

std::string_view name_of(bird::BirdLink link) {
  switch (link) {
    case bird::BirdLink::connecting:
      return "connecting";
    case bird::BirdLink::connected:
      return "connected";
    case bird::BirdLink::absent:
      return "absent";
    case bird::BirdLink::silent:
      return "silent";
    case bird::BirdLink::unsupported:
      return "unsupported";
  }
  return "absent";
}

}  // namespace trimtab::engine
