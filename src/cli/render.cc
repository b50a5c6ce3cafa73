// `trimtab render`: a site's wanted state as files in a directory, for whoever applies it by other means than
// `up`.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/rendered_files.h"
#include "cli/say.h"
#include "cli/site_files.h"
#include "control/json.h"
#include "render/files.h"
#include "render/networkd.h"
#include "render/uci.h"

namespace trimtab::cli {
namespace {

struct RenderOptions {
  std::string target = "files";
  std::string out;
  std::vector<std::string> lan_addresses;
  SiteFiles site_files;
};

using Rendered = Result<std::vector<render::RenderedFile>>;

Rendered render_target(const std::string& target, const mesh::Mesh& mesh, mesh::SiteId self,
                       const render::Router& router) {
  if (target == "files") return render::files(mesh, self, router);
  if (target == "networkd") return render::networkd(mesh, self, router);
  if (target == "uci") return render::uci(mesh, self, router);
  return Error{fmt::format("there is no target {}", target), "use --target files, networkd or uci"};
}

// The network's own address or its broadcast (RFC 1122 §3.2.1.3; none in a /31, RFC 3021). In IPv6 the first
// one is every router's (RFC 4291 §2.6.1), and none of a host's either.
bool is_no_hosts(const Prefix& subnet) {
  const bool ipv4 = subnet.address.family == Family::ipv4;
  if (subnet.length > (ipv4 ? 30 : 126)) return false;
  const bool last = ipv4 && !subnet.contains(subnet.address.plus(1));
  return last || !subnet.has_host_bits();
}

// Which of its addresses the router will have in its LAN, `render` cannot know: it may run elsewhere.
Result<bird::Local> local_facts(const std::vector<std::string>& addresses, const mesh::Site& site) {
  bird::Local local;
  for (const std::string& text : addresses) {
    const auto prefix = parse_prefix(text);
    if (!prefix || text.find('/') == std::string::npos) {
      return Error{fmt::format("--lan-address {} is no address with the length of its subnet", text),
                   "write it as in 10.10.1.1/24"};
    }
    const auto holds = [&](const Prefix& lan) { return lan.contains(prefix->address); };
    if (std::none_of(site.lan.begin(), site.lan.end(), holds)) {
      return Error{fmt::format("--lan-address {} is in no LAN of site {}", text, site.name),
                   "give one that the router has on its lan_interface"};
    }
    if (is_no_hosts(*prefix)) {
      return Error{
          fmt::format("--lan-address {} is its subnet's first or last address, which no host has", text),
          "give one that the router has on its lan_interface"};
    }
    local.lan_addresses.push_back(*prefix);
  }
  return local;
}

void report(const Common& common, const RenderOptions& options,
            const std::vector<render::RenderedFile>& files) {
  if (!common.json) return;
  control::Json names = control::Json::array();
  for (const render::RenderedFile& file : files) names.push_back(file.name);
  fmt::print("{}\n", control::to_line({{"target", options.target}, {"out", options.out}, {"files", names}}));
}

void note_missing_lan_address(const RenderOptions& options, const mesh::Site& site) {
  if (options.target == "files" || site.lan.empty() || !options.lan_addresses.empty()) return;
  say("trimtab: warning: without --lan-address nobody in the mesh can answer packets of the router itself; "
      "LAN to LAN works all the same\n");
}

int render_site(const Common& common, RenderOptions options) {
  int status = kFine;
  const auto mesh = load_mesh(common, status);
  if (!mesh) return status;
  const auto self = own_site(common, *mesh);
  if (!self) return complain(self.error());
  if (const auto absolute = make_absolute_for_bird(options.site_files); !absolute)
    return complain(absolute.error());
  const mesh::Site& site = *mesh->find_site(*self);
  const auto local = local_facts(options.lan_addresses, site);
  if (!local) return complain(local.error());
  const auto files = render_target(
      options.target, *mesh, *self,
      {.config_dir = options.site_files.config_dir, .run_dir = options.site_files.run_dir, .local = *local});
  if (!files) return complain(files.error());
  note_missing_lan_address(options, site);
  if (const auto written = write_rendered(*files, options.out); !written) return complain(written.error());
  if (options.target == "networkd") {
    const auto removed = remove_stale(*files, options.out, render::kNetworkdOwn);
    if (!removed) return complain(removed.error());
  }
  report(common, options, *files);
  return kFine;
}

}  // namespace

std::function<int()> declare_render(CLI::App& app, const Common& common) {
  auto options = std::make_shared<RenderOptions>();
  app.add_option("--target", options->target, "files, networkd or uci")
      ->type_name("TARGET")
      ->capture_default_str();
  app.add_option("--out", options->out,
                 "the directory to write into; networkd and uci: a tree as seen from /")
      ->type_name("DIR")
      ->required();
  app.add_option("--lan-address", options->lan_addresses,
                 "the router's own address in its LAN, the source of its own packets: 10.10.1.1/24")
      ->type_name("ADDRESS/LENGTH");
  declare_site_files(app, options->site_files);
  return [&common, options] { return render_site(common, *options); };
}

}  // namespace trimtab::cli
