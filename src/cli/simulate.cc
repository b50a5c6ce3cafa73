// trimtab simulate: the daemon's controller on a mesh of its own making, with a clock of its own.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "cli/command.h"
#include "cli/progress.h"
#include "cli/say.h"
#include "cli/simulate_report.h"
#include "os/clock.h"
#include "os/files.h"
#include "sim/experiment.h"
#include "sim/scenario.h"

namespace trimtab::cli {
namespace {

constexpr std::size_t kLargestFile = 64UL << 20U;
// Every link's first rounds, and the routes that follow from them.
constexpr Duration kShortestUseful = std::chrono::minutes{5};

struct SimulateOptions {
  std::string matrix, scenario, policy, duration, plot;
  std::size_t sites = 0, degree = 0, resample = 0;
  std::uint64_t seed = 1;
  bool events = false;
};

Result<sim::Topology> read_matrix(const SimulateOptions& options) {
  const auto text = os::read_file(options.matrix, kLargestFile);
  if (!text) return text.error();
  auto matrix = sim::Matrix::parse(*text);
  if (!matrix)
    return Error{fmt::format("{}: {}", options.matrix, matrix.error().text()),
                 "docs/simulate.md has the format"};
  Rng random(options.seed);
  if (options.resample > 0) matrix = matrix->resampled(options.resample, random);
  return sim::topology_of(*matrix, options.degree > 0 ? std::optional(options.degree) : std::nullopt);
}

sim::Topology make_topology(const SimulateOptions& options) {
  Rng random(options.seed);
  return sim::topology_of(sim::random_matrix(options.sites, random),
                          options.degree > 0 ? std::optional(options.degree) : std::nullopt);
}

// The mesh that --matrix, --sites or --mesh name; absent, and not `failed`: none of them was given.
struct Ground {
  std::optional<sim::Topology> topology;
  std::optional<int> failed;  // the exit status, after it was said why
};

Ground find_ground(const Common& common, const SimulateOptions& options, bool mesh_given) {
  Ground ground;
  if (!options.matrix.empty()) {
    auto topology = read_matrix(options);
    if (!topology) return {.topology = {}, .failed = complain(topology.error())};
    ground.topology = std::move(*topology);
  } else if (options.sites > 0) {
    ground.topology = make_topology(options);
  } else if (mesh_given || options.scenario.empty()) {
    std::error_code unknown;
    if (!mesh_given && !std::filesystem::exists(common.mesh_file, unknown) && !unknown) {
      return {.topology = {},
              .failed = complain(
                  {fmt::format("nothing says which mesh to simulate, and there is no {}", common.mesh_file),
                   "give --sites N, --matrix FILE, --scenario FILE or --mesh FILE"})};
    }
    int status = kFine;
    const auto mesh = load_mesh(common, status);
    if (!mesh) return {.topology = {}, .failed = status};
    ground.topology = sim::topology_of(*mesh);
  }
  return ground;
}

// What there is to simulate; absent: it was said why not.
std::optional<sim::Scenario> find_scenario(const SimulateOptions& options, Ground ground, int& status) {
  if (options.scenario.empty())
    return sim::Scenario{.duration = kShortestUseful, .watch = {}, .topology = std::move(*ground.topology)};
  const auto text = os::read_file(options.scenario, kLargestFile);
  if (!text) {
    status = complain(text.error());
    return std::nullopt;
  }
  auto read = sim::read_scenario(*text, std::move(ground.topology));
  for (const auto& mistake : read.mistakes) say("{}\n", mesh::format_mistake(mistake, options.scenario));
  if (!read.scenario) status = kUsage;
  return std::move(read.scenario);
}

sim::Choice choice_of(const std::string& policy, const sim::Topology& topology) {
  if (policy == "as-path") return sim::Choice::as_path;
  if (policy == "score") return sim::Choice::score;
  if (policy == "path") return sim::Choice::path;
  return topology.policy == mesh::Policy::score ? sim::Choice::score : sim::Choice::path;
}

// Not part of what the same seed repeats: so it goes where no file takes it for a result.
void say_speed(const sim::Simulation& simulation, Duration took) {
  const double seconds = std::chrono::duration<double>(took).count();
  say("{} link-samples in {:.2f} s: {:.2f} million a second\n", simulation.samples(), seconds,
      static_cast<double>(simulation.samples()) / seconds / 1e6);
}

Result<void> set_duration(const std::string& text, sim::Scenario& scenario) {
  if (text.empty()) return {};
  const auto duration = parse_duration(text);
  if (!duration) return Error{"--duration: " + duration.error().what, duration.error().fix};
  if (*duration < std::chrono::seconds{1})
    return Error{"--duration: shorter than a second", "write a longer one"};
  scenario.duration = *duration;
  return {};
}

// An event after the end is most likely a slip in one of the two times; but a shorter --duration is fair.
void say_what_never_begins(const sim::Scenario& scenario) {
  std::optional<Duration> first;
  for (const sim::SimulatedLink& link : scenario.topology.links) {
    for (const sim::Behaviour& behaviour : link.model[0].behaviours) {
      if (behaviour.from >= scenario.duration)
        first = std::min(first.value_or(behaviour.from), behaviour.from);
    }
  }
  if (!first) return;
  say("trimtab: what begins at {} or later never does: all is over after {}; see duration and --duration\n",
      format_duration(*first), format_duration(scenario.duration));
}

// What would otherwise be ignored without a word.
Result<void> check_together(const SimulateOptions& options, bool mesh_given) {
  const bool made_up = !options.matrix.empty() || options.sites > 0;
  if (mesh_given && made_up)
    return Error{"--mesh beside --matrix or --sites: each says which mesh", "give one of them"};
  if (options.degree > 0 && !made_up)
    return Error{"--degree chooses among the links of --matrix or --sites",
                 "give one of them, or leave it out"};
  return {};
}

int simulate(const Common& common, const SimulateOptions& options, bool mesh_given) {
  int status = kFine;
  if (const auto fits = check_together(options, mesh_given); !fits) return complain(fits.error());
  Ground ground = find_ground(common, options, mesh_given);
  if (ground.failed) return *ground.failed;
  auto scenario = find_scenario(options, std::move(ground), status);
  if (!scenario) return status;
  if (const auto set = set_duration(options.duration, *scenario); !set) return complain(set.error());
  say_what_never_begins(*scenario);

  const sim::Choice choice = choice_of(options.policy, scenario->topology);
  sim::Plan plan{.duration = scenario->duration, .watch = scenario->watch};
  const MonotonicTime began = os::take_clocks().monotonic;
  sim::Simulation simulation(std::move(scenario->topology), choice, options.seed);
  sim::Findings findings;
  {
    Progress progress;
    plan.progress = [&](double share) { progress.show(share); };
    findings = sim::observe(simulation, plan);
  }
  const Duration took = os::take_clocks().monotonic - began;
  const SimulateReport report{.simulation = simulation,
                              .findings = findings,
                              .name = scenario->name,
                              .watch = scenario->watch,
                              .choice = choice,
                              .seed = options.seed,
                              .events = options.events};
  if (!options.plot.empty()) {
    const auto written = os::save_file(options.plot, plot(report));
    if (!written) return complain(written.error());
  }
  std::fputs((common.json ? to_json_text(report) : show(report)).c_str(), stdout);
  if (!common.json) say_speed(simulation, took);
  return kFine;
}

}  // namespace

std::function<int()> declare_simulate(CLI::App& app, const Common& common) {
  auto options = std::make_shared<SimulateOptions>();
  auto* matrix = app.add_option("--matrix", options->matrix, "a square of RTTs in ms, comma-separated")
                     ->type_name("FILE");
  app.add_option("--sites", options->sites, "so many sites at random places instead")
      ->type_name("N")
      ->check(CLI::Range(2, 1024))
      ->excludes(matrix);
  app.add_option("--degree", options->degree, "links to each site's K nearest only")
      ->type_name("K")
      ->check(CLI::Range(1, 1023));
  app.add_option("--resample", options->resample, "so many sites with the distances of --matrix")
      ->type_name("N")
      ->check(CLI::Range(2, 1024))
      ->needs(matrix);
  app.add_option("--scenario", options->scenario, "what befalls the links, on its own mesh or the one given")
      ->type_name("FILE");
  app.add_option("--policy", options->policy, "path, score or as-path (default: the mesh file's, or path)")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"path", "score", "as-path"}));
  app.add_option("--duration", options->duration, "of simulated time (default: the scenario's, or 5m)")
      ->type_name("TIME");
  app.add_option("--seed", options->seed, "of everything that is left to chance")
      ->type_name("N")
      ->check(CLI::Validator(complaint_about_number, ""))
      ->capture_default_str();
  app.add_flag("--events", options->events, "list every decision and every change of route");
  app.add_option("--plot", options->plot, "draw the cost against time")->type_name("OUT.svg");
  app.footer(
      "Without --matrix, --sites or a --scenario with links the mesh is that of --mesh (docs/simulate.md).");
  const CLI::Option* mesh = app.get_parent()->get_option("--mesh");
  return [options, mesh, &common] { return simulate(common, *options, mesh->count() > 0); };
}

}  // namespace trimtab::cli
