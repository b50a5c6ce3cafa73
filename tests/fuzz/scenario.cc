// Any text as a scenario, on links of its own and on a mesh that is there: a scenario, or at least one error
// with its place. A small one is then simulated for a moment.
#include "sim/scenario.h"

#include <algorithm>

#include "fuzz/input.h"
#include "sim/simulation.h"
#include "support/mesh_text.h"

namespace trimtab {
namespace {

void simulate(const sim::Topology& topology) {
  constexpr std::size_t kMostLinks = 12;
  if (topology.links.size() > kMostLinks || topology.demands.size() > kMostLinks) return;
  sim::Simulation simulation(topology, {}, 1);
  simulation.run(std::chrono::seconds{20});
}

void read(std::string_view text, std::optional<sim::Topology> ground) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  const sim::ReadScenario read = sim::read_scenario(text, std::move(ground));
  bool error = false;
  for (const mesh::Mistake& mistake : read.mistakes) {
    TRIMTAB_CHECK(mistake.line >= 1 && mistake.line <= lines && mistake.column >= 1);
    TRIMTAB_CHECK(mesh::format_mistake(mistake, "scenario.toml").find('\n') == std::string::npos);
    error = error || !mistake.warning;
  }
  TRIMTAB_CHECK(read.scenario.has_value() != error);
  if (read.scenario) simulate(read.scenario->topology);
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  static const sim::Topology ground = sim::topology_of(test::parsed(test::four_sites()));
  const std::string_view text = fuzz::text_of(data, size);
  read(text, std::nullopt);
  read(text, ground);
  return 0;
}
