#include "cli/plan_report.h"

#include <fmt/core.h>

#include "cli/command.h"

namespace trimtab::cli {
namespace {

const char* word(network::Change change) {
  switch (change) {
    case network::Change::add:
      return "add";
    case network::Change::change:
      return "change";
    case network::Change::remove:
      return "remove";
  }
  return "";
}

const char* colour_of(std::string_view line) {
  if (line.starts_with('+')) return "\033[32m";
  if (line.starts_with('-')) return "\033[31m";
  if (line.starts_with('~')) return "\033[33m";
  return nullptr;
}

void print_line(std::string_view line, bool colour) {
  const std::size_t text = std::min(line.find_first_not_of(' '), line.size());
  const char* code = colour ? colour_of(line.substr(text)) : nullptr;
  fmt::print("{}{}{}\n", code == nullptr ? "" : code, line, code == nullptr ? "" : "\033[0m");
}

}  // namespace

control::Json plan_json(const std::string& site, const network::Plan& plan,
                        const std::vector<std::string>& warnings) {
  control::Json changes = control::Json::array();
  for (const network::Step& step : plan.steps) {
    if (step.object.empty()) continue;
    changes.push_back({{"change", word(step.change)}, {"object", step.object}, {"lines", step.lines}});
  }
  return {{"site", site}, {"changes", changes}, {"notes", plan.notes}, {"warnings", warnings}};
}

void print_plan(const network::Plan& plan) {
  const bool colour = use_colour();
  const std::string text = network::format_plan(plan);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    print_line(rest.substr(0, end), colour);
    rest.remove_prefix(end + 1);
  }
  for (const std::string& note : plan.notes) fmt::print("note: {}\n", note);
}

std::string count_of_changes(const network::Plan& plan) {
  return plan.changes() == 1 ? "1 change" : fmt::format("{} changes", plan.changes());
}

}  // namespace trimtab::cli
