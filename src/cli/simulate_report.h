// What `simulate` says of a run: for people, and as JSON. docs/simulate.md has the keys. The same run gives
// the same bytes.
#pragma once

#include <string>

#include "sim/experiment.h"

namespace trimtab::cli {

struct SimulateReport {
  const sim::Simulation& simulation;
  const sim::Findings& findings;
  std::string name;                                      // of the scenario, or empty
  std::optional<std::pair<sim::Site, sim::Site>> watch;  // the pair that was followed
  sim::Choice choice = sim::Choice::path;
  std::uint64_t seed = 0;
  bool events = false;
};

std::string show(const SimulateReport& report);
std::string to_json_text(const SimulateReport& report);
// Cost against time as SVG, with a mark for each change of route: of the watched pair, or of all.
std::string plot(const SimulateReport& report);

}  // namespace trimtab::cli
