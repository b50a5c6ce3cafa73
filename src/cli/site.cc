// trimtab site add | site remove: edits the mesh file, which keeps its comments and its order.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/mesh_edit.h"
#include "mesh/edit.h"
#include "mesh/numbers.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

struct SiteOptions {
  mesh::NewSite site;
  bool no_transit = false;
  std::string removed;
};

int add(const Common& common, SiteOptions& options) {
  mesh::NewSite& site = options.site;
  site.transit = !options.no_transit;
  const auto edited = edit_mesh_file(common, [&](std::string_view text) {
    const mesh::Numbers next = mesh::next_numbers(text);
    if (site.id == 0) site.id = next.id;
    if (site.asn == 0) site.asn = next.asn;
    return mesh::add_site(text, site);
  });
  if (!edited) return complain(edited.error());
  fmt::print("added site {}: id {}, asn {}{}\n", site.name, site.id, site.asn,
             site.lan.empty() ? ", no LAN" : "");
  if (site.public_key.empty())
    fmt::print("next: trimtab keygen on that router; what it prints goes in here as its public_key\n");
  return kFine;
}

int remove(const Common& common, const SiteOptions& options) {
  const auto edited =
      edit_mesh_file(common, [&](std::string_view text) { return mesh::remove_site(text, options.removed); });
  if (!edited) return complain(edited.error());
  fmt::print("removed site {} and its links\n", options.removed);
  return kFine;
}

void declare_add(CLI::App& app, SiteOptions& options) {
  mesh::NewSite& site = options.site;
  app.add_option("NAME", site.name, "lower-case letters, digits, hyphens")->required();
  app.add_option("--id", site.id, "number for good; addresses follow from it (default: the next)")
      ->check(CLI::PositiveNumber);
  app.add_option("--asn", site.asn, "AS number (default: the next)")->check(CLI::PositiveNumber);
  app.add_option("--lan", site.lan, "a prefix behind it; may be repeated")
      ->type_name("PREFIX")
      ->allow_extra_args(false);
  app.add_option("--lan-interface", site.lan_interface, "the interface that carries them")->type_name("NAME");
  app.add_option("--endpoint", site.endpoint, "where it can be called; left out: behind NAT")
      ->type_name("HOST:PORT");
  app.add_option("--public-key", site.public_key,
                 "what `trimtab keygen` prints there; may be left out and come later")
      ->type_name("KEY");
  app.add_option("--wan-mtu", site.wan_mtu, "where it is not 1500");
  app.add_option("--outer", site.outer, "family outside: 4, 6, any");
  app.add_flag("--no-transit", options.no_transit, "carries its own traffic only");
  app.add_flag("--metered", site.metered, "its bytes cost money");
  app.add_option("--link", site.links, "a peer; may be repeated (a mesh without [[link]] links all)")
      ->type_name("SITE")
      ->allow_extra_args(false);
}

}  // namespace

std::function<int()> declare_site(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<SiteOptions>();
  CLI::App* adding = app.add_subcommand("add", "add a site");
  CLI::App* removing = app.add_subcommand("remove", "remove a site and its links");
  for (CLI::App* subcommand : {adding, removing}) subcommand->fallthrough();
  app.require_subcommand(1);
  declare_add(*adding, *options);
  removing->add_option("NAME", options->removed, "the site")->required();
  return [&common, options, adding] {
    return adding->parsed() ? add(common, *options) : remove(common, *options);
  };
}

}  // namespace trimtab::cli
