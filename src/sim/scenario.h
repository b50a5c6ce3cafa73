// A scenario file: which links there are, what befalls them and when, who sends how much to whom. TOML, read
// with the mesh file's own reader; docs/simulate.md has the keys. The same file drives the laboratory on a
// real kernel.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mesh/parse.h"
#include "sim/topology.h"

namespace trimtab::sim {

struct Scenario {
  std::string name;
  Duration duration{};
  std::optional<std::pair<Site, Site>> watch;  // the pair that is followed
  Topology topology;                           // with what befalls its links
};

struct ReadScenario {
  std::optional<Scenario> scenario;  // absent as soon as there is a mistake
  std::vector<mesh::Mistake> mistakes;
};

// `ground` is the mesh that the scenario happens on; its links may then only say more of links that it has.
// Absent: the scenario's own links make the mesh, with sites in the order of their names.
ReadScenario read_scenario(std::string_view text, std::optional<Topology> ground);

}  // namespace trimtab::sim
