// trimtab keygen: makes this router's private key, prints the public one, and writes that into the mesh file
// where told which site this is. The private key is never printed.
#include <fmt/core.h>

#include <memory>
#include <optional>

#include "cli/command.h"
#include "cli/private_key.h"
#include "cli/say.h"
#include "mesh/edit.h"
#include "mesh/parse.h"
#include "mesh/public_key.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

struct KeygenOptions {
  std::string file = kUsualPrivateKey;
  bool show = false;
  bool replace = false;
};

// The mesh file with the key in it, and the other key that it had for the site before.
struct Keyed {
  std::string text;
  std::optional<mesh::PublicKey> before;
};

// With another key than its own in the file a site is cut off from all who have that file, so none is
// replaced unasked. Other mistakes in the file are not this command's business.
Result<Keyed> with_key(const Common& common, const KeygenOptions& options, const mesh::PublicKey& key) {
  const auto text = os::read_file(common.mesh_file, mesh::kMaxFileSize);
  if (!text) return text.error();
  if (const auto other = mesh::site_of_key(*text, key); other && *other != common.site) {
    return Error{fmt::format("{} has this key for site {}", common.mesh_file, *other),
                 fmt::format("each site has its own: is this router {}, or was a key copied?", *other)};
  }
  Keyed keyed{.text = {}, .before = mesh::public_key_of(*text, common.site)};
  if (keyed.before == key) keyed.before.reset();
  if (keyed.before && !options.replace) {
    return Error{
        fmt::format("{} has another public_key for site {}: {}", common.mesh_file, common.site,
                    mesh::format_public_key(*keyed.before)),
        "put back the private key that belongs to it, or say --replace and give the changed mesh file "
        "to every site"};
  }
  auto edited = mesh::set_public_key(*text, common.site, key);
  if (!edited) return edited.error();
  keyed.text = *std::move(edited);
  return keyed;
}

void say_replaced(const Common& common, const mesh::PublicKey& before, const mesh::PublicKey& after) {
  say("trimtab: {}: public_key of site {}: {} -> {}; give the same mesh file to every site: one that has not "
      "got it yet takes nothing from {}\n",
      common.mesh_file, common.site, mesh::format_public_key(before), mesh::format_public_key(after),
      common.site);
}

Result<SecretKey> key_of(const KeygenOptions& options) {
  if (!options.show) return SecretKey::generate();
  auto bytes = read_private_key(options.file);
  if (!bytes) return bytes.error();
  return SecretKey(*bytes);
}

int keygen(const Common& common, const KeygenOptions& options) {
  if (options.replace && common.site.empty())
    return complain({"--replace is about the key of a site in the mesh file", "say which: --site NAME"});
  const auto key = key_of(options);
  if (!key) return complain(key.error());
  const mesh::PublicKey public_key = key->public_key();
  // Whether the mesh file can take it is known before anything is written.
  Keyed keyed;
  if (!common.site.empty()) {
    auto edited = with_key(common, options, public_key);
    if (!edited) return complain(edited.error());
    keyed = *std::move(edited);
  }
  if (!options.show) {
    if (const auto written = key->write(options.file); !written) return complain(written.error());
  }
  fmt::print("{}\n", mesh::format_public_key(public_key));
  if (common.site.empty()) return kFine;
  if (const auto written = os::rewrite_file(common.mesh_file, keyed.text); !written) {
    return complain(
        {written.error().what, fmt::format("the key is made; `trimtab keygen --show{} --site {}` tries again",
                                           keyed.before ? " --replace" : "", common.site)});
  }
  if (keyed.before) say_replaced(common, *keyed.before, public_key);
  return kFine;
}

}  // namespace

std::function<int()> declare_keygen(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<KeygenOptions>();
  app.add_option("--out", options->file, "the private key's file; never overwritten")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--show", options->show, "make nothing; print the public key of the file that is there");
  app.add_flag("--replace", options->replace, "with --site: also where the mesh file has another key for it");
  app.footer("With --site NAME the public key also goes into the mesh file.");
  return [&common, options] { return keygen(common, *options); };
}

}  // namespace trimtab::cli
