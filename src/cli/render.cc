// `trimtab render`: a site's wanted state as files in a directory, for whoever applies it by other means than
// `up`.
#include <fmt/core.h>

#include <cerrno>
#include <memory>

#include "bird/metrics_file.h"
#include "cli/command.h"
#include "cli/site_files.h"
#include "cli/site_state.h"
#include "control/json.h"
#include "os/files.h"
#include "render/files.h"

namespace trimtab::cli {
namespace {

constexpr std::size_t kMaxFileSize = 16 * 1024 * 1024;

struct Options {
  std::string target = "files";
  std::string out;
  SiteFiles site_files;
};

Result<void> check_target(const std::string& target) {
  if (target == "files") return {};
  if (target == "networkd" || target == "uci") {
    return Error{fmt::format("target {} is not supported by this version", target), "use --target files"};
  }
  return Error{fmt::format("there is no target {}", target), "use --target files"};
}

// Somebody's own file of the same name is not ours to overwrite.
Result<void> check_overwrite(const std::string& path) {
  const auto present = os::read_file(path, kMaxFileSize);
  if (!present) {
    if (present.error().number == ENOENT) return {};
    return present.error();
  }
  const std::string first_line = present->substr(0, present->find('\n'));
  if (first_line.find("trimtab") != std::string::npos || bird::parse_metrics(*present)) return {};
  return Error{fmt::format("{} exists and is not trimtab's", path), "move it away, or name another --out"};
}

Result<void> write(const std::vector<render::RenderedFile>& files, const std::string& directory) {
  if (const auto made = os::make_directories(directory, 0755); !made) return made;
  for (const render::RenderedFile& file : files) {
    if (const auto checked = check_overwrite(directory + "/" + file.name); !checked) return checked;
  }
  for (const render::RenderedFile& file : files) {
    const auto written = os::replace_file(directory + "/" + file.name, file.content, 0644);
    if (!written) return written;
  }
  return {};
}

void report(const Common& common, const Options& options, const std::vector<render::RenderedFile>& files) {
  if (!common.json) return;
  control::Json names = control::Json::array();
  for (const render::RenderedFile& file : files) names.push_back(file.name);
  fmt::print("{}\n", control::to_line({{"target", options.target}, {"out", options.out}, {"files", names}}));
}

int render_site(const Common& common, Options options) {
  if (const auto known = check_target(options.target); !known) return complain(known.error());
  int status = kFine;
  const auto mesh = load_mesh(common, status);
  if (!mesh) return status;
  const auto self = own_site(common, *mesh);
  if (!self) return complain(self.error());
  make_absolute(options.site_files);
  const bird::Paths paths{.origins = options.site_files.origins(), .metrics = options.site_files.metrics()};
  const auto files = render::files(*mesh, *self, paths);
  if (const auto written = write(files, options.out); !written) return complain(written.error());
  report(common, options, files);
  return kFine;
}

}  // namespace

std::function<int()> declare_render(CLI::App& app, const Common& common) {
  auto options = std::make_shared<Options>();
  app.add_option("--target", options->target, "files")->type_name("TARGET")->capture_default_str();
  app.add_option("--out", options->out, "the directory to write into")->type_name("DIR")->required();
  declare_site_files(app, options->site_files);
  return [&common, options] { return render_site(common, *options); };
}

}  // namespace trimtab::cli
