// Of scenario.cc and scenario_events.cc only: the tables of a scenario file, one reader each.
#pragma once

#include <array>

#include "mesh/table_reader.h"
#include "sim/scenario.h"

namespace trimtab::sim {

// Two names, as in between = ["a", "b"]; absent where it is not there or wrong.
using NamedPair = std::array<mesh::Said<std::string>, 2>;
std::optional<NamedPair> read_pair(mesh::TableReader& table, std::string_view key);

// The two sites of a pair; absent, and a mistake, where there is no such site.
std::optional<std::pair<Site, Site>> find_pair(const Topology& topology, const NamedPair& names,
                                               mesh::Mistakes& mistakes);

// The link between them; null, and a mistake, where there is none.
SimulatedLink* find_link(Topology& topology, const NamedPair& names, mesh::Mistakes& mistakes);

// One [[event]]: a behaviour of one link, several or all.
void read_event(mesh::TableReader& table, Topology& topology);

}  // namespace trimtab::sim
