// trimtab init: a first mesh file, from flags or from questions on a terminal. An existing file is never
// overwritten.
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cstdio>
#include <functional>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/mesh_edit.h"
#include "cli/say.h"
#include "mesh/new_file.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

constexpr mesh::Asn kFirstAsn = 65001;

struct InitOptions {
  mesh::NewMesh mesh;
  std::string lan_interface = "br-lan";
  std::vector<std::string> with;
};

mesh::NewSite numbered_site(const InitOptions& options) {
  mesh::NewSite site;
  site.id = static_cast<mesh::SiteId>(options.mesh.sites.size() + 1);
  site.asn = kFirstAsn + site.id - 1;
  site.lan_interface = options.lan_interface;
  const std::string lan = mesh::default_lan(options.mesh.lans, site.id);
  if (!lan.empty()) site.lan = {lan};
  return site;
}

// "a=a.example.net:51820", or "d" for a site that nobody calls.
mesh::NewSite site_from(const InitOptions& options, const std::string& argument) {
  mesh::NewSite site = numbered_site(options);
  const std::size_t equals = argument.find('=');
  site.name = argument.substr(0, equals);
  if (equals != std::string::npos) site.endpoint = argument.substr(equals + 1);
  return site;
}

// One line from the terminal; the default where it is empty, nothing at its end.
std::optional<std::string> ask(const std::string& question, const std::string& otherwise) {
  fmt::print("{}{}: ", question, otherwise.empty() ? "" : " [" + otherwise + "]");
  std::fflush(stdout);
  std::string answer;
  for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
    if (c == EOF) return std::nullopt;
    answer += static_cast<char>(c);
  }
  const std::size_t begin = answer.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return otherwise;
  return answer.substr(begin, answer.find_last_not_of(" \t\r") - begin + 1);
}

// What keeps the mesh from being written with this site in it, if anything.
std::optional<Error> mistake_with(const InitOptions& options, const mesh::NewSite& site) {
  mesh::NewMesh trial = options.mesh;
  trial.sites.push_back(site);
  return first_mistake(mesh::new_file(trial));
}

// Asks until the answer is taken, each time with the same default; false at the end of input.
bool ask_into(const std::string& question, std::string& value,
              const std::function<std::optional<Error>()>& mistake) {
  const std::string otherwise = value;
  for (;;) {
    const auto answer = ask(question, otherwise);
    if (!answer) return false;
    value = *answer;
    const auto wrong = mistake();
    if (!wrong) return true;
    fmt::print("  not taken: {}\n", wrong->text());
  }
}

bool ask_site(const InitOptions& options, mesh::NewSite& site) {
  const auto mistake = [&] { return mistake_with(options, site); };
  std::string lan = site.lan.empty() ? "" : site.lan.front();
  const auto mistake_in_lan = [&] {
    site.lan.clear();
    if (!lan.empty()) site.lan = {lan};
    return mistake();
  };
  if (!ask_into("  its LAN (- for none)", lan, [&] {
        if (lan == "-") lan.clear();
        if (lan.empty()) site.lan_interface.clear();
        return mistake_in_lan();
      }))
    return false;
  if (!lan.empty() && !ask_into("  the interface of that LAN", site.lan_interface, mistake)) return false;
  return ask_into("  where others can call it, HOST:PORT (empty: behind NAT)", site.endpoint, mistake);
}

// False where the input ended before the answers did.
bool ask_all(InitOptions& options) {
  fmt::print("A few questions; an empty answer takes what stands in brackets.\n");
  // A site that is right whatever the mesh is called: what is wrong then is the mesh's.
  const auto mistake_of_mesh = [&] {
    mesh::NewSite any = numbered_site(options);
    any.name = "a";
    return mistake_with(options, any);
  };
  if (!ask_into("name of the mesh", options.mesh.name, mistake_of_mesh) ||
      !ask_into("range of all LANs", options.mesh.lans, mistake_of_mesh))
    return false;
  while (true) {
    mesh::NewSite site = numbered_site(options);
    const auto mistake = [&] { return site.name.empty() ? std::nullopt : mistake_with(options, site); };
    if (!ask_into(fmt::format("name of site {} (empty: that was the last)", site.id), site.name, mistake))
      return false;
    if (site.name.empty()) return true;
    if (!ask_site(options, site)) return false;
    options.mesh.sites.push_back(site);
  }
}

// Where `lans` has no /24 left for a site's number.
void tell_without_lan(const mesh::NewMesh& mesh) {
  std::vector<std::string> names;
  for (const mesh::NewSite& site : mesh.sites) {
    if (site.lan.empty()) names.push_back(site.name);
  }
  if (names.empty()) return;
  say("trimtab: warning: {} {} no LAN: lans ({}) has no /24 for that number, the n-th site's being the n-th; "
      "`lan = [\"…\"]` in the file gives it one\n",
      fmt::join(names, ", "), names.size() == 1 ? "has" : "have", mesh.lans);
}

int write(const Common& common, const mesh::NewMesh& mesh) {
  const std::string text = mesh::new_file(mesh);
  if (const auto mistake = first_mistake(text))
    return complain(Error{mistake->what + "; nothing was written"});
  if (const auto written = os::create_file(common.mesh_file, text, 0644); !written)
    return complain(written.error());
  fmt::print(
      "wrote {}\n"
      "next, on each router: trimtab keygen; what it prints goes in here as public_key, then the same file "
      "everywhere\n",
      common.mesh_file);
  tell_without_lan(mesh);
  return kFine;
}

int init(const Common& common, InitOptions& options) {
  if (::access(common.mesh_file.c_str(), F_OK) == 0) {
    return complain({fmt::format("{} is there already", common.mesh_file),
                     "it is never overwritten; edit it, or `trimtab site add`"});
  }
  for (const std::string& argument : options.with) options.mesh.sites.push_back(site_from(options, argument));
  if (options.mesh.sites.empty()) {
    if (isatty(STDIN_FILENO) != 1 || isatty(STDOUT_FILENO) != 1) {
      return complain({"init needs a terminal to ask on, or the sites",
                       "name each one: --with a=a.example.net:51820 --with b"});
    }
    if (!ask_all(options)) return complain(Error{"the answers ended early; nothing was written"});
    if (options.mesh.sites.empty()) return complain(Error{"no site was named; nothing was written"});
  }
  return write(common, options.mesh);
}

}  // namespace

std::function<int()> declare_init(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<InitOptions>();
  app.add_option("--with", options->with, "a site; without endpoint: behind NAT; may be repeated")
      ->type_name("NAME[=HOST:PORT]")
      ->allow_extra_args(false);
  app.add_option("--name", options->mesh.name, "the mesh's name")->capture_default_str();
  app.add_option("--overlay", options->mesh.overlay, "tunnel addresses")
      ->type_name("PREFIX")
      ->capture_default_str();
  app.add_option("--links", options->mesh.links, "subnets of the links")
      ->type_name("PREFIX")
      ->capture_default_str();
  app.add_option("--lans", options->mesh.lans, "every LAN lies inside; site n gets the n-th /24")
      ->type_name("PREFIX")
      ->capture_default_str();
  app.add_option("--lan-interface", options->lan_interface, "of every site")
      ->type_name("NAME")
      ->capture_default_str();
  app.footer("Without --with it asks. The file goes where --mesh says.");
  return [&common, options] { return init(common, *options); };
}

}  // namespace trimtab::cli
