#include "cli/nft.h"

#include <fmt/core.h>

#include "network/firewall.h"
#include "os/subprocess.h"

namespace trimtab::cli {
namespace {

Result<os::Finished> nft(std::vector<std::string> arguments, const std::string& input) {
  const auto program = os::find_program("nft");
  if (!program) return Error{"nft is not installed", "apt install nftables"};
  arguments.insert(arguments.begin(), *program);
  return os::run(arguments, input);
}

// nft explains over several lines, with a picture; the first one says it.
Error refused(const char* attempt, const os::Finished& finished) {
  const std::string why = finished.errors.substr(0, finished.errors.find('\n'));
  const bool forbidden = why.find("Operation not permitted") != std::string::npos;
  return Error{
      .what = fmt::format("nft cannot {}: {}", attempt, why),
      .fix = forbidden ? "run it as root, where CAP_NET_ADMIN holds for this network namespace" : ""};
}

constexpr const char* kNoTable = "No such file or directory";

Result<void> feed(std::vector<std::string> arguments, const std::string& script, const char* attempt) {
  const auto finished = nft(std::move(arguments), script);
  if (!finished) return finished.error();
  if (finished->status != 0) return refused(attempt, *finished);
  return {};
}

std::string table() {
  return fmt::format("table {} {}", network::kTableFamily, network::kTableName);
}

}  // namespace

Result<std::optional<std::string>> list_table() {
  const auto finished =
      nft({"-n", "list", "table", std::string(network::kTableFamily), std::string(network::kTableName)}, "");
  if (!finished) return finished.error();
  if (finished->status == 0) return std::optional<std::string>{finished->output};
  if (finished->errors.find(kNoTable) != std::string::npos) return std::optional<std::string>{};
  return refused("list its tables", *finished);
}

Result<void> check_table(const std::string& script) {
  return feed({"-c", "-f", "-"}, script, "take trimtab's table");
}

Result<void> load_table(const std::string& script) {
  return feed({"-f", "-"}, script, "load trimtab's table");
}

Result<void> delete_table() {
  const auto finished = nft({"-f", "-"}, fmt::format("delete {}\n", table()));
  if (!finished) return finished.error();
  const bool done = finished->status == 0 || finished->errors.find(kNoTable) != std::string::npos;
  return done ? Result<void>{} : refused("delete trimtab's table", *finished);
}

}  // namespace trimtab::cli
