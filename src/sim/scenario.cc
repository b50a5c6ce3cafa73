#include "sim/scenario.h"

#include <fmt/core.h>

#include <algorithm>

#include "mesh/document.h"
#include "mesh/readers.h"
#include "sim/scenario_parts.h"
#include "util/printable.h"

namespace trimtab::sim {
namespace {

using mesh::Entry;
using mesh::Mistakes;
using mesh::Said;
using mesh::TableReader;

constexpr Duration kUsualDuration = std::chrono::minutes{10};
constexpr Duration kLongestDuration = std::chrono::hours{24 * 365};
constexpr Duration kLongestRtt = std::chrono::minutes{1};

std::optional<Site> find_site(const Topology& topology, const Said<std::string>& name, Mistakes& mistakes) {
  const auto found = std::find_if(topology.sites.begin(), topology.sites.end(),
                                  [&](const SimulatedSite& site) { return site.name == name.value; });
  if (found != topology.sites.end()) return static_cast<Site>(found - topology.sites.begin());
  mistakes.error(
      name.at, fmt::format("there is no site \"{}\"; a site is in a link, or in the mesh file", name.value));
  return std::nullopt;
}

SimulatedLink* link_between(Topology& topology, std::pair<Site, Site> sites) {
  const auto [low, high] = std::minmax(sites.first, sites.second);
  const std::array<Site, 2> ends{low, high};
  const auto found = std::find_if(topology.links.begin(), topology.links.end(),
                                  [&](const SimulatedLink& link) { return link.ends == ends; });
  return found == topology.links.end() ? nullptr : &*found;
}

// Calls read(table) for each [[key]].
template <typename Read>
void read_each(const mesh::Document& document, std::string_view key, Mistakes& mistakes, Read read) {
  const Entry* entry = find_entry(document.root, key);
  if (entry == nullptr) return;
  const auto refuse = [&](mesh::Position at) {
    mistakes.error(at, fmt::format("{} is not a list of tables; head each one with [[{}]]", key, key));
  };
  if (entry->value.array() == nullptr) return refuse(entry->at);
  for (const mesh::Value& item : *entry->value.array()) {
    if (item.table() == nullptr) return refuse(item.begin);
    TableReader table(*item.table(), item.begin, fmt::format("[[{}]]", key), mistakes);
    read(table);
  }
}

// A table that stands once; an empty one where it is not there.
TableReader single(const mesh::Document& document, std::string_view key, Mistakes& mistakes) {
  static const mesh::Table kEmpty;
  const Entry* entry = find_entry(document.root, key);
  if (entry != nullptr && entry->value.table() == nullptr)
    mistakes.error(entry->at, fmt::format("{} is not a table; head it with [{}]", key, key));
  const bool there = entry != nullptr && entry->value.table() != nullptr;
  return {there ? *entry->value.table() : kEmpty, there ? entry->value.begin : mesh::Position{},
          fmt::format("[{}]", key), mistakes};
}

// The sites that the links name, in the order of their names, and the links without anything said of them.
Topology own_mesh(const mesh::Document& document, Mistakes& mistakes) {
  std::vector<NamedPair> pairs;
  Mistakes said_later;  // when the links are read in full
  read_each(document, "link", said_later, [&](TableReader& table) {
    if (const auto pair = read_pair(table, "between")) pairs.push_back(*pair);
  });
  Topology topology;
  std::vector<std::string> names;
  for (const NamedPair& pair : pairs) {
    for (const auto& name : pair) names.push_back(name.value);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (const NamedPair& pair : pairs) {
    for (const auto& name : pair) {
      if (!mesh::is_name(name.value))
        mistakes.error(name.at,
                       fmt::format("name \"{}\" does not fit; write lower-case letters, digits and hyphens, "
                                   "a letter first",
                                   name.value));
    }
  }
  for (const std::string& name : names) topology.sites.push_back({.name = name});
  for (const NamedPair& pair : pairs) {
    const auto sites = find_pair(topology, pair, said_later);
    if (!sites) continue;
    if (link_between(topology, *sites) != nullptr) {
      mistakes.error(pair[0].at,
                     fmt::format("a second link between {} and {}; keep one", pair[0].value, pair[1].value));
      continue;
    }
    const auto [low, high] = std::minmax(sites->first, sites->second);
    topology.links.push_back(
        {.ends = {low, high}, .model = {LinkModel{kUnknownRtt, {}}, LinkModel{kUnknownRtt, {}}}});
  }
  if (find_entry(document.root, "link") == nullptr && !document.incomplete)
    mistakes.error({}, "there is no [[link]], and no mesh that this could happen on");
  return topology;
}

void read_link(TableReader& table, Topology& topology) {
  table.require("between", "between = [\"a\", \"b\"]");
  const auto names = read_pair(table, "between");
  const auto rtt = table.duration("rtt", Duration{1}, kLongestRtt);
  const auto bandwidth = table.parsed("bandwidth", &parse_rate, "a rate in quotes, like \"100M\"");
  table.refuse_unknown();
  SimulatedLink* link = names ? find_link(topology, *names, table.mistakes()) : nullptr;
  if (link == nullptr) return;
  if (bandwidth) link->bandwidth = bandwidth->value;
  for (LinkModel& model : link->model) {
    if (rtt) model.rtt = rtt->value;
  }
}

void read_demand(TableReader& table, Topology& topology) {
  table.require("from", "from = \"a\"");
  table.require("to", "to = \"d\"");
  table.require("rate", "rate = \"120M\"");
  const auto from = table.string("from"), to = table.string("to");
  const auto rate = table.parsed("rate", &parse_rate, "a rate in quotes, like \"120M\"");
  table.refuse_unknown();
  if (!from || !to || !rate) return;
  if (const auto sites = find_pair(topology, {*from, *to}, table.mistakes()))
    topology.demands.push_back({sites->first, sites->second, rate->value});
}

void read_head(const mesh::Document& document, Scenario& scenario, Mistakes& mistakes) {
  TableReader head = single(document, "scenario", mistakes);
  TableReader tuning = single(document, "tuning", mistakes);
  if (const auto name = head.string("name")) scenario.name = printable(name->value);
  scenario.duration = kUsualDuration;
  if (const auto duration = head.duration("duration", std::chrono::seconds{1}, kLongestDuration))
    scenario.duration = duration->value;
  if (const auto names = read_pair(head, "watch"))
    scenario.watch = find_pair(scenario.topology, *names, mistakes);
  read_tuning(head, tuning, scenario.topology.tuning);
  head.refuse_unknown(
      [](std::string_view key) { return mesh::is_tuning_key(key) ? "[tuning]" : std::string_view(); });
  tuning.refuse_unknown();
}

}  // namespace

std::optional<NamedPair> read_pair(TableReader& table, std::string_view key) {
  const Entry* entry = table.take(key);
  if (entry == nullptr) return std::nullopt;
  const mesh::Array* names = entry->value.array();
  if (names == nullptr || names->size() != 2 || !(*names)[0].string() || !(*names)[1].string()) {
    table.mistakes().error(entry->value.begin,
                           fmt::format("{0} takes two sites; write {0} = [\"a\", \"b\"]", key));
    return std::nullopt;
  }
  return NamedPair{Said<std::string>{*(*names)[0].string(), (*names)[0].begin},
                   Said<std::string>{*(*names)[1].string(), (*names)[1].begin}};
}

std::optional<std::pair<Site, Site>> find_pair(const Topology& topology, const NamedPair& names,
                                               Mistakes& mistakes) {
  const auto one = find_site(topology, names[0], mistakes), other = find_site(topology, names[1], mistakes);
  if (!one || !other) return std::nullopt;
  if (*one != *other) return std::pair(*one, *other);
  mistakes.error(names[1].at, fmt::format("\"{}\" and itself; name two sites", names[1].value));
  return std::nullopt;
}

SimulatedLink* find_link(Topology& topology, const NamedPair& names, Mistakes& mistakes) {
  const auto sites = find_pair(topology, names, mistakes);
  if (!sites) return nullptr;
  SimulatedLink* link = link_between(topology, *sites);
  if (link == nullptr) {
    mistakes.error(names[0].at,
                   fmt::format("there is no link between {} and {}; a [[link]] or the mesh file makes one",
                               names[0].value, names[1].value));
  }
  return link;
}

ReadScenario read_scenario(std::string_view text, std::optional<Topology> ground) {
  Mistakes mistakes;
  ReadScenario read;
  if (const auto document = mesh::read_document(text, mistakes)) {
    Scenario scenario;
    TableReader root(document->root, {}, "the file", mistakes);
    for (const char* key : {"scenario", "tuning", "link", "event", "demand"}) root.take(key);
    root.refuse_unknown();
    scenario.topology = ground ? std::move(*ground) : own_mesh(*document, mistakes);
    read_head(*document, scenario, mistakes);
    Topology& topology = scenario.topology;
    read_each(*document, "link", mistakes, [&](TableReader& table) { read_link(table, topology); });
    read_each(*document, "event", mistakes, [&](TableReader& table) { read_event(table, topology); });
    read_each(*document, "demand", mistakes, [&](TableReader& table) { read_demand(table, topology); });
    if (!mistakes.has_errors()) read.scenario = std::move(scenario);
  }
  read.mistakes = mistakes.take();
  return read;
}

}  // namespace trimtab::sim
