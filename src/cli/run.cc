// trimtab run: the daemon, in the foreground.
#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/site_files.h"
#include "daemon/daemon.h"
#include "mesh/parse.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

// At SIGHUP: the first mistake is enough for the log; `check` names them all.
Result<mesh::Mesh> read_again(const std::string& path) {
  const auto text = os::read_file(path, mesh::kMaxFileSize);
  if (!text) return text.error();
  auto parsed = mesh::parse(*text);
  if (parsed.mesh) return std::move(*parsed.mesh);
  return Error{mesh::format_mistake(parsed.mistakes.front(), path)};
}

int run(const Common& common, SiteFiles files) {
  if (const auto absolute = make_absolute_for_bird(files); !absolute) return complain(absolute.error());
  int status = kFine;
  auto mesh = load_mesh(common, status);
  if (!mesh) return status;
  const auto self = own_site(common, *mesh);
  if (!self) return complain(self.error());
  const auto ended = daemon::run({.mesh = std::move(*mesh),
                                  .self = *self,
                                  .read_mesh = [&common] { return read_again(common.mesh_file); },
                                  .socket = common.socket,
                                  .bird_socket = files.bird_socket(),
                                  .bird_configuration = files.bird_configuration(),
                                  .metrics = files.metrics()});
  return ended ? kFine : complain(ended.error());
}

}  // namespace

std::function<int()> declare_run(CLI::App& app, const Common& common) {
  auto files = std::make_shared<SiteFiles>();
  declare_site_files(app, *files);
  return [&common, files] { return run(common, *files); };
}

}  // namespace trimtab::cli
