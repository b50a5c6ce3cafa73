// The program's entry: the table of commands, the options they share, one place that catches.
#include <fmt/core.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <map>

#include "cli/command.h"
#include "mesh/nearest.h"

namespace trimtab::cli {
namespace {

// In the order in which a person meets them.
constexpr Command kCommands[] = {
    {"init", "write a new mesh file", declare_init},
    {"site", "add a site to the mesh file, or remove one", declare_site},
    {"keygen", "make this site's WireGuard key", declare_keygen},
    {"check", "report every mistake in the mesh file", declare_check},
    {"render", "write a site's configuration as files", declare_render},
    {"plan", "show what `up` would change, and change nothing", declare_plan},
    {"up", "make the kernel match the mesh file", declare_up},
    {"confirm", "keep what the last `up --confirm` made", declare_confirm},
    {"down", "remove what `up` made", declare_down},
    {"run", "measure the links and steer BIRD (the daemon)", declare_run},
    {"status", "show every link: what is measured, what is published", declare_status},
    {"explain", "say why the traffic to a destination goes where it goes", declare_explain},
    {"events", "list what the daemon saw and decided", declare_events},
    {"score", "work out preference and cost for given figures", declare_score},
    {"record", "write what the daemon measures into a trace that `replay` reads", declare_record},
    {"simulate", "run the controller on a mesh that is made up, or on a matrix of RTTs", declare_simulate},
    {"replay", "run the controller over recorded RTTs, against the best that was possible", declare_replay},
};

void declare_common(CLI::App& app, Common& common) {
  common.mesh_file = "/etc/trimtab/mesh.toml";
  common.socket = "/run/trimtab/trimtab.sock";
  app.add_option("--mesh", common.mesh_file, "the mesh file")
      ->envname("TRIMTAB_MESH")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_option("--site", common.site, "this router's site (default: /etc/trimtab/site, else the host name)")
      ->type_name("NAME");
  app.add_option("--socket", common.socket, "the daemon's socket")->type_name("PATH")->capture_default_str();
  app.add_flag("--json", common.json, "print JSON");
}

// The library lists them in the program's own help alone.
void name_common_options(CLI::App& command) {
  const std::string own = command.get_footer();
  command.footer(
      own + (own.empty() ? "" : "\n\n") +
      "As everywhere, before or after the command: --mesh, --site, --socket, --json (`trimtab --help`).");
  for (CLI::App* below : command.get_subcommands([](CLI::App*) { return true; })) name_common_options(*below);
}

// The first word, where it is no command; what the parser itself says then is of no help.
std::optional<Error> unknown_command(int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  if (word.empty() || word.starts_with('-')) return std::nullopt;
  std::vector<std::string_view> known;
  for (const Command& command : kCommands) known.emplace_back(command.name);
  if (std::find(known.begin(), known.end(), word) != known.end()) return std::nullopt;
  const std::string meant = mesh::nearest(word, known);
  return Error{fmt::format("there is no command \"{}\"", word),
               meant.empty() ? "`trimtab --help` lists them" : fmt::format("did you mean `{}`?", meant)};
}

int run(int argc, char** argv) {
  CLI::App app{"trimtab: measures a private mesh and steers its BGP", "trimtab"};
  app.set_version_flag("--version", "trimtab " TRIMTAB_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Common common;
  declare_common(app, common);
  std::map<const CLI::App*, std::function<int()>> runners;
  for (const Command& command : kCommands) {
    CLI::App* subcommand = app.add_subcommand(command.name, command.summary);
    subcommand->fallthrough();
    runners[subcommand] = command.declare(*subcommand, common);
    name_common_options(*subcommand);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& answered) {  // --help, --version
    return app.exit(answered);
  } catch (const CLI::ParseError& error) {
    if (const auto wrong = unknown_command(argc, argv)) return complain(*wrong);
    const auto chosen = app.get_subcommands();
    const std::string help = chosen.empty() ? "--help" : chosen.front()->get_name() + " --help";
    return complain(Error{error.what(), fmt::format("see `trimtab {}`", help)});
  }
  return runners.at(app.get_subcommands().front())();
}

// Whoever reads our output must not take half of it, or none, for all.
int written(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  return complain(Error{fmt::format("cannot write the output: {}", std::strerror(errno))});
}

}  // namespace
}  // namespace trimtab::cli

int main(int argc, char** argv) {
  try {
    return trimtab::cli::written(trimtab::cli::run(argc, argv));
  } catch (const std::exception& error) {
    return trimtab::cli::complain(trimtab::Error{error.what()});
  }
}
