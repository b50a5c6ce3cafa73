// The [tuning] table and the three keys of [mesh] that belong to it, each with its range.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "mesh/readers.h"

namespace trimtab::mesh {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Probes of one link never share a tick of the schedule.
constexpr Duration kTick = milliseconds{50};
constexpr double kMostWeight = 1e6;
// At ten, on homes' links nothing but large faults moves a route; at a hundred, on servers' links too: a
// change in three months for each pair of sites.
constexpr double kMostSteadiness = 100;

// Typed reads into a field that keeps its default where the file is silent.
class Setter {
 public:
  Setter(TableReader& table, Position& last) : table_(table), last_(last) {}

  void duration(std::string_view key, Duration least, Duration most, Duration& field) {
    if (const auto value = table_.duration(key, least, most)) field = note(*value);
  }
  void span(std::string_view key, Duration least, Duration most, Milliseconds& field) {
    if (const auto value = table_.duration(key, least, most)) field = note(*value);
  }
  void integer(std::string_view key, int least, int most, int& field) {
    if (const auto value = table_.integer(key, least, most)) field = static_cast<int>(note(*value));
  }
  void number(std::string_view key, double most, double& field) {
    if (const auto value = table_.number(key, 0, most)) field = note(*value);
  }
  void ratio(std::string_view key, Ratio& field) {
    if (const auto value = table_.parsed(key, &parse_ratio, "a percentage in quotes, like \"5%\""))
      field = note(*value);
  }
  void rate(std::string_view key, Rate& field) {
    if (const auto value = table_.parsed(key, &parse_rate, "a rate in quotes, like \"200M\""))
      field = note(*value);
  }

 private:
  template <typename T>
  T note(const Said<T>& said) {
    last_ = said.at;
    return said.value;
  }

  TableReader& table_;
  Position& last_;
};

void read_smoothing(TableReader& mesh, Tuning& out) {
  const Entry* entry = mesh.take("smoothing");
  if (entry == nullptr) return;
  if (entry->value.string() != nullptr) {
    constexpr double kPaces[] = {0.1, 0.25};
    if (const auto pace = mesh.choice("smoothing", {"calm", "fast"})) out.smoothing = kPaces[pace->value];
  } else if (const auto weight = mesh.number("smoothing", 0.001, 1)) {
    out.smoothing = weight->value;
  }
}

}  // namespace

// Two values that only make sense together are judged at the one that was read last, or not said at all if
// neither was.
void read_tuning(TableReader& mesh, TableReader& tuning, Tuning& out) {
  Position at = tuning.at();
  Mistakes& mistakes = tuning.mistakes();
  Setter of_mesh(mesh, at);
  Setter of_tuning(tuning, at);

  of_mesh.duration("interval", milliseconds{200}, hours{1}, out.interval);
  of_mesh.integer("probes", 1, 20, out.probes);
  if (out.interval < kTick * out.probes) {
    mistakes.error(
        at, fmt::format("{} probes do not fit an interval of {}: each takes {}; write fewer or a longer one",
                        out.probes, format_duration(out.interval), format_duration(kTick)));
  }
  of_tuning.duration("metered_interval", milliseconds{200}, hours{24}, out.metered_interval);
  if (out.metered_interval < out.interval) {
    mistakes.error(
        at, fmt::format("metered_interval ({}) is shorter than interval ({}); set it in [tuning] to at least "
                        "that",
                        format_duration(out.metered_interval), format_duration(out.interval)));
  }
  read_smoothing(mesh, out);
  of_tuning.duration("probe_timeout", milliseconds{100}, minutes{1}, out.probe_timeout);

  of_tuning.number("cost_per_rtt_ms", kMostWeight, out.cost_per_rtt_ms);
  of_tuning.number("cost_per_inverse_bandwidth", kMostWeight, out.cost_per_inverse_bandwidth);
  of_tuning.number("cost_per_loss", kMostWeight, out.cost_per_loss);
  of_tuning.rate("cost_bandwidth_floor", out.cost_bandwidth_floor);

  if (const auto estimator = tuning.choice("estimator", {"steady", "ewma"}))
    out.estimator = estimator->value == 0 ? Estimator::steady : Estimator::ewma;
  of_tuning.number("steadiness", kMostSteadiness, out.steadiness);
  of_tuning.duration("memory", seconds{1}, hours{24 * 7}, out.memory);

  of_tuning.integer("score_step", 1, 100, out.score_step);
  of_tuning.integer("score_margin", 0, 100, out.score_margin);
  of_tuning.ratio("cost_step", out.cost_step);
  of_tuning.span("cost_step_floor", Duration{0}, seconds{10}, out.cost_step_floor);
  of_tuning.duration("dwell", Duration{0}, hours{24}, out.dwell);

  of_tuning.duration("earned_return", Duration{0}, hours{1}, out.earned_return);
  of_tuning.duration("earned_return_limit", Duration{0}, hours{24}, out.earned_return_limit);
  if (out.earned_return_limit < out.earned_return) {
    mistakes.error(
        at,
        fmt::format("earned_return_limit ({}) is shorter than earned_return ({}); set it to at least that",
                    format_duration(out.earned_return_limit), format_duration(out.earned_return)));
  }
  of_tuning.ratio("loss_boundary", out.loss_boundary);
  of_tuning.ratio("loss_boundary_back", out.loss_boundary_back);
  if (out.loss_boundary_back >= out.loss_boundary) {
    mistakes.error(at, fmt::format("loss_boundary_back ({}) must be below loss_boundary ({}); set both",
                                   format_ratio(out.loss_boundary_back), format_ratio(out.loss_boundary)));
  }
  of_tuning.span("rtt_boundary", milliseconds{1}, minutes{1}, out.rtt_boundary);
  of_tuning.span("rtt_boundary_back", milliseconds{1}, minutes{1}, out.rtt_boundary_back);
  if (out.rtt_boundary_back >= out.rtt_boundary) {
    mistakes.error(at, fmt::format("rtt_boundary_back ({}ms) must be below rtt_boundary ({}ms); set both",
                                   out.rtt_boundary_back.count(), out.rtt_boundary.count()));
  }
  of_tuning.integer("publish_burst", 2, 1000, out.publish_burst);
  of_tuning.duration("publish_refill", seconds{1}, hours{24}, out.publish_refill);
}

bool is_tuning_key(std::string_view key) {
  static constexpr std::string_view kKeys[] = {"metered_interval", "probe_timeout",
                                               "cost_per_rtt_ms",  "cost_per_inverse_bandwidth",
                                               "cost_per_loss",    "cost_bandwidth_floor",
                                               "estimator",        "steadiness",
                                               "memory",           "score_step",
                                               "score_margin",     "cost_step",
                                               "cost_step_floor",  "dwell",
                                               "earned_return",    "earned_return_limit",
                                               "loss_boundary",    "loss_boundary_back",
                                               "rtt_boundary",     "rtt_boundary_back",
                                               "publish_burst",    "publish_refill"};
  return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

}  // namespace trimtab::mesh
