// trimtab status: every link of this site, what is measured, what is published, what is held back.
#include <fmt/core.h>

#include <cerrno>
#include <memory>

#include "cli/ask.h"
#include "cli/figures.h"
#include "cli/pending.h"
#include "cli/say.h"
#include "cli/table.h"
#include "os/clock.h"

namespace trimtab::cli {
namespace {

using control::Json;

std::string show_bird(const Json& bird) {
  const auto state = bird.at("state").get<std::string>();
  const auto version = bird.at("version").get<std::string>();
  std::string text = "BIRD " + (version.empty() ? "" : version + " ") +
                     coloured(state == "connected" ? Colour::green : Colour::red, state);
  if (bird.at("pending").get<bool>()) text += coloured(Colour::yellow, ", publish pending");
  return text;
}

std::string joined(const Json& names) {
  std::string text;
  for (const Json& name : names) text += (text.empty() ? "" : ", ") + name.get<std::string>();
  return text;
}

std::string show_status(const Json& status) {
  const bool path = status.at("policy") == "path";
  std::string out = fmt::format("{}  site {}  policy {}  {}  underlay: {}  up {}\n",
                                coloured(Colour::bold, status.at("mesh").get<std::string>()),
                                coloured(Colour::bold, status.at("site").get<std::string>()),
                                status.at("policy").get<std::string>(), show_bird(status.at("bird")),
                                status.at("underlay").get<std::string>(), show_age(status.at("uptime_s")));
  if (!status.at("bird").at("error").is_null()) {
    out += coloured(Colour::red, "BIRD: " + status.at("bird").at("error").get<std::string>()) + "\n";
  }
  if (!status.at("mesh_file_ok").get<bool>()) {
    out += coloured(Colour::red,
                    "The mesh file cannot be used (`trimtab check` says why): the one before is in force.") +
           "\n";
  }
  if (!status.at("other_mesh_files").empty()) {
    out += coloured(Colour::yellow,
                    "Another mesh file than here: " + joined(status.at("other_mesh_files")) + ".") +
           "\n";
  }
  if (const auto fault = status.find("lan_fault"); fault != status.end() && fault->is_string())
    out += coloured(Colour::red, fault->get<std::string>() + ".") + "\n";
  if (status.at("every_link_down").get<bool>()) {
    out += coloured(Colour::red,
                    "Every link is down: a route is left only where BGP still runs, on the least bad way.") +
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
  for (const Json& link : status.at("links")) {
    table.add({{link.at("neighbour").get<std::string>(), Colour::bold},
               show_standing(link),
               show_rtt(link),
               show_loss(link),
               show_bandwidth(link),
               show_worth(link.at(path ? "cost_ms" : "preference"), path),
               show_worth(link.at(path ? "published_ms" : "published_preference"), path),
               show_age(link.at("since_change_s")),
               {show_note(link), Colour::yellow}});
  }
  return out + table.text();
}

// "up" or "down"; empty: neither was.
std::string interrupted(const SiteFiles& files, const network::Memory& memory) {
  return os::FileLock::held(files.lock()) ? std::string{} : memory.doing;
}

// What `up` left to be done, before what the daemon sees. Both files are root's; nobody else is told.
void tell_of_up(const SiteFiles& files, const Result<network::Memory>& memory) {
  if (const std::string told = tell_pending(files); !told.empty()) say("trimtab: {}\n", told);
  if (!memory) {
    if (memory.error().number != EACCES) say("trimtab: {}\n", memory.error().text());
    return;
  }
  if (const std::string doing = interrupted(files, *memory); !doing.empty())
    say("trimtab: `{}` was interrupted here; `trimtab plan` says what it left\n", doing);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

Json confirm_json(const SiteFiles& files) {
  const auto pending = load_pending(files);
  if (!pending) return nullptr;
  const bool guarded = is_guarded(files, *pending);
  const double left = std::chrono::duration<double>(time_left(*pending, os::take_clocks().monotonic)).count();
  const bool known = guarded && pending->until != MonotonicTime{};
  return {{"remaining_s", known ? Json(left) : Json(nullptr)},
          {"guarded", guarded},
          {"undone", text_or_null(pending->undone)}};
}

Json up_json(const SiteFiles& files, const Result<network::Memory>& memory) {
  // Whoever may not read the file, or cannot make sense of it, does not know.
  if (!memory) return nullptr;
  return {{"interrupted", text_or_null(interrupted(files, *memory))}, {"confirm", confirm_json(files)}};
}

int status(const Common& common, const SiteFiles& files) {
  const auto memory = read_memory(files);
  tell_of_up(files, memory);
  if (!common.json) return ask_and_show(common, control::AskStatus{}, show_status);
  return while_asking(common, [&] {
    auto answer = ask(common, control::AskStatus{});
    if (!answer) return complain(answer.error());
    (*answer)["up"] = up_json(files, memory);
    fmt::print("{}\n", control::to_line(*answer));
    return kFine;
  });
}

}  // namespace

std::function<int()> declare_status(CLI::App& app, const Common& common) {
  const auto files = std::make_shared<SiteFiles>();
  declare_run_directory(app, *files);
  return [&common, files] { return status(common, *files); };
}

}  // namespace trimtab::cli
