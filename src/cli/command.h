// One command of the program: its file declares its options and says what to do. main.cc has the table.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <optional>
#include <string>

#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::cli {

// Exit status of every command (specification §10).
inline constexpr int kFine = 0;
inline constexpr int kAnswerIsNo = 1;  // check failed, doctor found a fault
inline constexpr int kUsage = 2;       // usage or environment

// Options that every command takes, before or after its name.
struct Common {
  std::string mesh_file;  // --mesh, $TRIMTAB_MESH, /etc/trimtab/mesh.toml
  std::string site;       // --site; empty: /etc/trimtab/site, else the host name
  std::string socket;     // --socket, /run/trimtab/trimtab.sock
  bool json = false;      // --json
};

// Declares the command's own options on `app` and returns what runs it. Options live in the returned
// function's captures (a shared_ptr), so that nothing is global.
using Declare = std::function<int()> (*)(CLI::App& app, const Common& common);

struct Command {
  const char* name;
  const char* summary;
  Declare declare;
};

// "trimtab: <what>; <fix>" on stderr, one line; returns kUsage unless told otherwise.
int complain(const Error& error, int status = kUsage);

// Reads and checks the mesh file; every mistake goes to stderr as file:line:column: error: text.
std::optional<mesh::Mesh> load_mesh(const Common& common, int& status);

// Its text, whatever it holds.
Result<std::string> read_mesh_file(const Common& common);

// The site that this router is: --site, /etc/trimtab/site, host name; must be in the mesh.
Result<mesh::SiteId> own_site(const Common& common, const mesh::Mesh& mesh);

// For an option's check(). The library would take octal, a sign, and what does not fit: a number is what is
// written as it is read. Empty: it is one, from 0 to 2^64 - 1.
std::string complaint_about_number(const std::string& text);

// Colour only on a terminal and never when NO_COLOR is set.
bool use_colour();

std::function<int()> declare_check(CLI::App& app, const Common& common);
std::function<int()> declare_init(CLI::App& app, const Common& common);
std::function<int()> declare_site(CLI::App& app,
                                  const Common& common);  // site add | site remove
std::function<int()> declare_keygen(CLI::App& app, const Common& common);
std::function<int()> declare_render(CLI::App& app, const Common& common);
std::function<int()> declare_plan(CLI::App& app, const Common& common);
std::function<int()> declare_up(CLI::App& app, const Common& common);
std::function<int()> declare_confirm(CLI::App& app, const Common& common);
std::function<int()> declare_down(CLI::App& app, const Common& common);
std::function<int()> declare_run(CLI::App& app, const Common& common);
std::function<int()> declare_status(CLI::App& app, const Common& common);
std::function<int()> declare_explain(CLI::App& app, const Common& common);
std::function<int()> declare_events(CLI::App& app, const Common& common);
std::function<int()> declare_score(CLI::App& app, const Common& common);
std::function<int()> declare_record(CLI::App& app, const Common& common);
std::function<int()> declare_replay(CLI::App& app, const Common& common);
std::function<int()> declare_simulate(CLI::App& app, const Common& common);

}  // namespace trimtab::cli
