// trimtab keygen: makes this router's private key, prints the public one, and writes that into the mesh file
// where told which site this is. The private key is never printed.
#include <fmt/core.h>

#include <memory>

#include "cli/command.h"
#include "cli/private_key.h"
#include "mesh/edit.h"
#include "mesh/parse.h"
#include "mesh/public_key.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

struct Options {
  std::string file = "/etc/trimtab/private.key";
  bool show = false;
};

// The mesh file with the key in it. Other mistakes in the file are not this command's business.
Result<std::string> with_key(const Common& common, const mesh::PublicKey& key) {
  const auto text = os::read_file(common.mesh_file, mesh::kMaxFileSize);
  if (!text) return text.error();
  return mesh::set_public_key(*text, common.site, key);
}

Result<SecretKey> key_of(const Options& options) {
  if (!options.show) return SecretKey::generate();
  auto bytes = read_private_key(options.file);
  if (!bytes) return bytes.error();
  return SecretKey(*bytes);
}

int keygen(const Common& common, const Options& options) {
  const auto key = key_of(options);
  if (!key) return complain(key.error());
  const mesh::PublicKey public_key = key->public_key();
  // Whether the mesh file can take it is known before anything is written.
  std::string text;
  if (!common.site.empty()) {
    auto edited = with_key(common, public_key);
    if (!edited) return complain(edited.error());
    text = *std::move(edited);
  }
  if (!options.show) {
    if (const auto written = key->write(options.file); !written) return complain(written.error());
  }
  fmt::print("{}\n", mesh::format_public_key(public_key));
  if (common.site.empty()) return kFine;
  if (const auto written = os::rewrite_file(common.mesh_file, text); !written) {
    return complain(
        {written.error().what,
         fmt::format("the key is made; `trimtab keygen --show --site {}` tries again", common.site)});
  }
  return kFine;
}

}  // namespace

std::function<int()> declare_keygen(CLI::App& app, const Common& common) {
  const auto options = std::make_shared<Options>();
  app.add_option("--out", options->file, "the private key's file; never overwritten")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--show", options->show, "make nothing; print the public key of the file that is there");
  app.footer("With --site NAME the public key also goes into the mesh file.");
  return [&common, options] { return keygen(common, *options); };
}

}  // namespace trimtab::cli
