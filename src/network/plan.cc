#include "network/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace trimtab::network {

std::size_t Plan::changes() const {
  return static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.end(), [](const Step& step) { return !step.object.empty(); }));
}

std::vector<std::string> Plan::objects() const {
  std::vector<std::string> names;
  for (const Step& step : steps) {
    if (!step.object.empty())
      names.push_back(fmt::format("{} {}", static_cast<char>(step.change), step.object));
  }
  return names;
}

std::size_t Plan::sessions_reset() const {
  std::set<std::string> interfaces(rekeyed.begin(), rekeyed.end());
  for (const Step& step : steps) {
    if (const auto* gone = std::get_if<DeleteInterface>(&step.action)) interfaces.insert(gone->name);
    if (const auto* moved = std::get_if<DeleteAddress>(&step.action))
      interfaces.insert(moved->address.interface);
    if (const auto* changed = std::get_if<ChangeInterface>(&step.action);
        changed != nullptr && changed->gre) {
      interfaces.insert(changed->name);
    }
  }
  interfaces.erase(std::string(kUnderlay));
  interfaces.erase(std::string(kOverlayHolder));
  return interfaces.size();
}

std::string format_plan(const Plan& plan) {
  std::string text;
  for (const Step& step : plan.steps) {
    if (step.object.empty()) continue;
    text += fmt::format("{} {}\n", static_cast<char>(step.change), step.object);
    for (const std::string& line : step.lines) text += fmt::format("    {}\n", line);
  }
  return text;
}

}  // namespace trimtab::network
