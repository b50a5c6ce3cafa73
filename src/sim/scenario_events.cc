// One [[event]].
#include <fmt/core.h>

#include "sim/scenario_parts.h"

namespace trimtab::sim {
namespace {

using mesh::TableReader;

constexpr Duration kLongest = std::chrono::hours{24 * 365};
constexpr Duration kMostAdded = std::chrono::minutes{1};
// Above it every tenth probe is off by the factor 40: a mix-up with per cent.
constexpr double kWildestNoise = 3;

std::optional<Ratio> read_share(TableReader& table) {
  table.require("share", "share = \"20%\"");
  const auto share = table.parsed("share", &parse_ratio, "a percentage in quotes, like \"20%\"");
  return share ? std::optional(share->value) : std::nullopt;
}

std::optional<Milliseconds> read_added(TableReader& table) {
  table.require("add", "add = \"60ms\"");
  const auto added = table.duration("add", Duration{0}, kMostAdded);
  return added ? std::optional(Milliseconds{added->value}) : std::nullopt;
}

std::optional<Outage> read_outage(TableReader& table) {
  const auto down = table.duration("down", std::chrono::milliseconds{1}, kLongest);
  const auto every = table.duration("every", std::chrono::milliseconds{1}, kLongest);
  if (!table.has("down") && !table.has("every")) return Outage{};
  table.require("down", "down = \"3s\"");
  table.require("every", "every = \"6s\"");
  if (!down || !every) return std::nullopt;
  if (down->value < every->value) return Outage{down->value, every->value};
  table.mistakes().error(down->at,
                         "down is not shorter than every; write how long it is down in each period");
  return std::nullopt;
}

std::optional<decltype(Behaviour::what)> read_what(TableReader& table) {
  table.require("kind", "kind = \"brownout\"");
  const auto kind = table.choice("kind", {"noise", "spikes", "brownout", "diurnal", "outage", "loss"});
  if (!kind) return std::nullopt;
  switch (kind->value) {
    case 0: {
      table.require("deviation", "deviation = 0.1");
      const auto deviation = table.number("deviation", 0, kWildestNoise);
      if (deviation) return Noise{deviation->value};
      return std::nullopt;
    }
    case 1:
      if (const auto share = read_share(table)) return Spikes{*share};
      return std::nullopt;
    case 2:
      if (const auto added = read_added(table)) return Brownout{*added};
      return std::nullopt;
    case 3: {
      const auto period = table.duration("period", std::chrono::seconds{1}, kLongest);
      const auto added = read_added(table);
      if (!added) return std::nullopt;
      Diurnal diurnal{.added = *added};
      if (period) diurnal.period = period->value;
      return diurnal;
    }
    case 4:
      if (const auto outage = read_outage(table)) return *outage;
      return std::nullopt;
    default:
      if (const auto share = read_share(table)) return Loss{*share};
      return std::nullopt;
  }
}

std::vector<SimulatedLink*> read_links(TableReader& table, Topology& topology) {
  std::vector<SimulatedLink*> links;
  const bool all = table.boolean("all").value_or(false);
  if (all) {
    for (SimulatedLink& link : topology.links) links.push_back(&link);
    return links;
  }
  if (!table.has("between")) {
    table.mistakes().error(table.at(),
                           "[[event]] names no link; add between = [\"a\", \"b\"], or all = true");
  } else if (const auto names = read_pair(table, "between")) {
    if (SimulatedLink* link = find_link(topology, *names, table.mistakes())) links.push_back(link);
  }
  return links;
}

}  // namespace

void read_event(TableReader& table, Topology& topology) {
  const auto links = read_links(table, topology);
  Behaviour behaviour;
  const auto from = table.duration("from", Duration{0}, kLongest);
  const auto to = table.duration("to", Duration{0}, kLongest);
  if (from) behaviour.from = from->value;
  if (to) behaviour.to = to->value;
  if (behaviour.to <= behaviour.from)
    table.mistakes().error(to->at, "to is not after from; an event ends later than it begins");
  const auto what = read_what(table);
  table.refuse_unknown();
  if (!what) return;
  behaviour.what = *what;
  for (SimulatedLink* link : links) {
    for (LinkModel& model : link->model) model.behaviours.push_back(behaviour);
  }
}

}  // namespace trimtab::sim
