// trimtab status: every link of this site, what is measured, what is published, what is held back.
#include <fmt/core.h>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/table.h"

namespace trimtab::cli {
namespace {

using control::Json;

std::string show_bird(const Json& bird) {
  const auto state = bird["state"].get<std::string>();
  const auto version = bird["version"].get<std::string>();
  std::string text = "BIRD " + (version.empty() ? "" : version + " ") +
                     coloured(state == "connected" ? Colour::green : Colour::red, state);
  if (bird["pending"].get<bool>()) text += coloured(Colour::yellow, ", publish pending");
  return text;
}

std::string joined(const Json& names) {
  std::string text;
  for (const Json& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

std::string show(const Json& status) {
  const bool path = status["policy"] == "path";
  std::string out = fmt::format("{}  site {}  policy {}  {}  underlay: {}  up {}\n",
                                coloured(Colour::bold, status["mesh"].get<std::string>()),
                                coloured(Colour::bold, status["site"].get<std::string>()),
                                status["policy"].get<std::string>(), show_bird(status["bird"]),
                                status["underlay"].get<std::string>(), show_age(status["uptime_s"]));
  if (!status["bird"]["error"].is_null()) {
    out += coloured(Colour::red, "BIRD: " + status["bird"]["error"].get<std::string>()) + "\n";
  }
  if (!status["mesh_file_ok"].get<bool>()) {
    out += coloured(Colour::red, "The mesh file has mistakes (trimtab check): the one before is in force.") +
           "\n";
  }
  if (!status["other_mesh_files"].empty()) {
    out +=
        coloured(Colour::yellow, "Another mesh file than here: " + joined(status["other_mesh_files"]) + ".") +
        "\n";
  }
  using Align = Table::Align;
  Table table({{"LINK TO"},
               {"STANDING"},
               {"RTT ms", Align::right},
               {"LOSS (95 %)", Align::right},
               {"BANDWIDTH", Align::right},
               {path ? "COST" : "PREFERENCE", Align::right},
               {"PUBLISHED", Align::right},
               {"FOR", Align::right},
               {"NOTE"}});
  for (const Json& link : status["links"]) {
    table.add({{link["neighbour"].get<std::string>(), Colour::bold},
               show_standing(link),
               show_rtt(link),
               show_loss(link),
               show_bandwidth(link),
               show_worth(link[path ? "cost_ms" : "preference"], path),
               show_worth(link[path ? "published_ms" : "published_preference"], path),
               show_age(link["since_change_s"]),
               {show_note(link), Colour::yellow}});
  }
  return out + table.text();
}

}  // namespace

std::function<int()> declare_status(CLI::App&, const Common& common) {
  return [&common] { return ask_and_show(common, control::AskStatus{}, show); };
}

}  // namespace trimtab::cli
