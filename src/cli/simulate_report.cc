#include "cli/simulate_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "control/json.h"
#include "controller/words.h"
#include "sim/svg_plot.h"

namespace trimtab::cli {
namespace {

using control::Json;

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

const char* name_of(sim::Choice choice) {
  switch (choice) {
    case sim::Choice::path:
      return "path";
    case sim::Choice::score:
      return "score";
    case sim::Choice::as_path:
      break;
  }
  return "as-path";
}

mesh::Policy policy_of(sim::Choice choice) {
  return choice == sim::Choice::score ? mesh::Policy::score : mesh::Policy::path;
}

const std::string& name_of(const SimulateReport& report, sim::Site site) {
  return report.simulation.topology().sites[site].name;
}

Json json_of(const SimulateReport& report, const sim::SimulatedDecision& one) {
  return {{"at_s", seconds(one.at)},
          {"site", name_of(report, one.site)},
          {"neighbour", name_of(report, one.decision.neighbour - 1)},
          {"from", one.decision.from},
          {"to", one.decision.to},
          {"reason", controller::name(one.decision.reason)},
          {"text", controller::sentence(one.decision, policy_of(report.choice))}};
}

Json json_of(const SimulateReport& report, const sim::SimulatedMove& one) {
  const auto hop = [&](const std::optional<sim::Site>& site) {
    return site ? Json(name_of(report, *site)) : Json(nullptr);
  };
  return {{"at_s", seconds(one.at)},
          {"site", name_of(report, one.move.site)},
          {"destination", name_of(report, one.move.destination)},
          {"from", hop(one.move.from)},
          {"to", hop(one.move.to)}};
}

std::string sentence(const SimulateReport& report, const sim::SimulatedEnd& one) {
  return controller::kept_no_longer(name_of(report, one.end.destination), name_of(report, one.end.neighbour),
                                    one.end.cheaper);
}

Json json_of(const SimulateReport& report, const sim::SimulatedEnd& one) {
  return {{"at_s", seconds(one.at)},
          {"site", name_of(report, one.site)},
          {"destination", name_of(report, one.end.destination)},
          {"neighbour", name_of(report, one.end.neighbour)},
          {"text", sentence(report, one)}};
}

bool is_watched(const SimulateReport& report, const sim::PathVector::Move& move) {
  return !report.watch || (move.site == report.watch->first && move.destination == report.watch->second);
}

// A change from one neighbour to another, or the loss of a route.
std::vector<double> times_of_changes(const SimulateReport& report) {
  std::vector<double> times;
  for (const sim::SimulatedMove& one : report.simulation.moves()) {
    if (one.move.from && is_watched(report, one.move)) times.push_back(seconds(one.at));
  }
  return times;
}

std::string watched_name(const SimulateReport& report) {
  return name_of(report, report.watch->first) + " to " + name_of(report, report.watch->second);
}

// What was decided, given up and moved, in the order in which it happened: of one moment, the cause first.
std::string list_events(const SimulateReport& report) {
  std::vector<std::pair<Duration, std::string>> lines;
  const auto add = [&](Duration at, const std::string& text) {
    lines.emplace_back(at, fmt::format("{:10.3f} s  {}\n", seconds(at), text));
  };
  const auto hop = [&](const std::optional<sim::Site>& site) {
    return site ? "through " + name_of(report, *site) : std::string("no route");
  };
  for (const auto& one : report.simulation.decisions()) {
    add(one.at,
        fmt::format("{} to {}: {}", name_of(report, one.site), name_of(report, one.decision.neighbour - 1),
                    controller::sentence(one.decision, policy_of(report.choice))));
  }
  for (const auto& one : report.simulation.ends())
    add(one.at, fmt::format("{}: {}", name_of(report, one.site), sentence(report, one)));
  for (const auto& one : report.simulation.moves()) {
    add(one.at, fmt::format("{} reaches {}: {} -> {}", name_of(report, one.move.site),
                            name_of(report, one.move.destination), hop(one.move.from), hop(one.move.to)));
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& one, const auto& other) { return one.first < other.first; });
  std::string out;
  for (const auto& line : lines) out += line.second;
  return out;
}

std::string show_watched(const SimulateReport& report) {
  const std::size_t changes = times_of_changes(report).size();
  const double hours = seconds(report.simulation.now()) / 3600;
  return fmt::format("{:<27} {} changes of route, {:.1f} an hour\n", watched_name(report), changes,
                     static_cast<double>(changes) / hours);
}

}  // namespace

std::string show(const SimulateReport& report) {
  const sim::Simulation& simulation = report.simulation;
  const sim::Findings& findings = report.findings;
  std::string out = report.events ? list_events(report) : std::string{};
  out += fmt::format("{} sites, {} links, policy {}, {} simulated, seed {}\n",
                     simulation.topology().sites.size(), simulation.topology().links.size(),
                     name_of(report.choice), format_duration(simulation.now()), report.seed);
  out += fmt::format("routes at the end           {}\n", findings.settled ? "settled" : "still moving");
  out +=
      fmt::format("stretch at the end          mean {:.3f}, median {:.3f}, 95 % {:.3f}, max {:.3f}\n",
                  findings.stretch.mean, findings.stretch.median, findings.stretch.p95, findings.stretch.max);
  if (findings.unreachable_pairs > 0)
    out += fmt::format("pairs without any way       {}\n", findings.unreachable_pairs);
  if (findings.broken_pairs > 0)
    out += fmt::format("pairs on a broken way       {}\n", findings.broken_pairs);
  out += fmt::format("cost along the routes       {:.4f} of the cheapest path's\n", findings.cost_ratio);
  if (findings.broken_share > 0)
    out += fmt::format("  broken for                {:.3f} % of the time\n", 100 * findings.broken_share);
  out +=
      fmt::format("next hops changed           {:.3f} per hour and pair\n", findings.changes_per_hour_pair);
  out +=
      fmt::format("values published            {:.3f} per hour and link\n", findings.published_per_hour_link);
  if (report.watch) out += show_watched(report);
  out += fmt::format("updates sent                {}\n", simulation.network().updates_sent());
  return out;
}

std::string to_json_text(const SimulateReport& report) {
  const sim::Simulation& simulation = report.simulation;
  const sim::Findings& findings = report.findings;
  Json json{{"sites", simulation.topology().sites.size()},
            {"links", simulation.topology().links.size()},
            {"policy", name_of(report.choice)},
            {"seed", report.seed},
            {"duration_s", seconds(simulation.now())},
            {"settled", findings.settled},
            {"stretch",
             {{"mean", findings.stretch.mean},
              {"median", findings.stretch.median},
              {"p95", findings.stretch.p95},
              {"max", findings.stretch.max}}},
            {"unreachable_pairs", findings.unreachable_pairs},
            {"broken_pairs", findings.broken_pairs},
            {"cost_ratio", findings.cost_ratio},
            {"broken_share", findings.broken_share},
            {"changes_per_hour_pair", findings.changes_per_hour_pair},
            {"published_per_hour_link", findings.published_per_hour_link},
            {"samples", simulation.samples()},
            {"decisions", simulation.decisions().size()},
            {"updates_sent", simulation.network().updates_sent()}};
  if (!report.name.empty()) json["scenario"] = report.name;
  if (report.watch) {
    json["watched"] = {{"from", name_of(report, report.watch->first)},
                       {"to", name_of(report, report.watch->second)},
                       {"changed_at_s", times_of_changes(report)}};
  }
  if (report.events) {
    json["decided"] = Json::array();
    for (const auto& one : simulation.decisions()) json["decided"].push_back(json_of(report, one));
    json["moved"] = Json::array();
    for (const auto& one : simulation.moves()) json["moved"].push_back(json_of(report, one));
    json["given_up"] = Json::array();
    for (const auto& one : simulation.ends()) json["given_up"].push_back(json_of(report, one));
  }
  return control::to_line(json) + "\n";
}

std::string plot(const SimulateReport& report) {
  const std::string of = report.watch ? watched_name(report) : "mean over all pairs";
  sim::Plot plot{.title = fmt::format("{}{}: policy {}", report.name.empty() ? "" : report.name + ", ", of,
                                      name_of(report.choice)),
                 .x_label = "seconds",
                 .y_label = "cost, ms",
                 .x = {},
                 .series = {{.label = "best possible", .colour = "#7f8c8d", .y = {}},
                            {.label = "along the routes", .colour = "#2471a3", .y = {}}},
                 .marks = {},
                 .mark_label = "route changed"};
  for (const sim::Look& look : report.findings.looks) {
    plot.x.push_back(seconds(look.at));
    plot.series[0].y.push_back(look.best);
    plot.series[1].y.push_back(look.along);
  }
  // No finer than the eye: a large mesh has many thousands at its start.
  const double finest = seconds(report.simulation.now()) / 1000;
  for (const double at : times_of_changes(report)) {
    if (plot.marks.empty() || at - plot.marks.back() >= finest) plot.marks.push_back(at);
  }
  return sim::svg_of(plot);
}

}  // namespace trimtab::cli
