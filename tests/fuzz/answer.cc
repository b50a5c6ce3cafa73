// Any line as a daemon's answer to the commands that show it: they show it, or complain, and do not fall.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <vector>

#include "cli/ask.h"
#include "fuzz/input.h"
#include "os/unix_stream.h"

namespace trimtab {
namespace {

std::string daemon_says;

}  // namespace

// In place of the socket, the terminal and stderr.
Result<std::string> os::ask(const std::string&, std::string_view, const AskLimits&) {
  return daemon_says;
}
bool cli::use_colour() {
  return true;
}
int cli::complain(const Error& error, int status) {
  TRIMTAB_CHECK(!error.what.empty());
  return status;
}

}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  static const bool silent = std::freopen("/dev/null", "w", stdout) != nullptr;
  static const cli::Common for_people, for_programs{.json = true};
  static CLI::App app;
  static const std::vector<std::function<int()>> commands{
      cli::declare_status(*app.add_subcommand("status"), for_people),
      cli::declare_status(*app.add_subcommand("status-json"), for_programs),
      cli::declare_events(*app.add_subcommand("events"), for_people),
      cli::declare_explain(*app.add_subcommand("explain"), for_people)};
  TRIMTAB_CHECK(silent);
  const std::string_view text = fuzz::text_of(data, size);
  daemon_says = text.substr(0, text.find('\n'));
  for (const auto& command : commands) {
    const int status = command();
    TRIMTAB_CHECK(status == cli::kFine || status == cli::kUsage);
  }
  return 0;
}
