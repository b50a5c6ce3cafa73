// What the commands share: complaining, reading the mesh file, knowing which site this is.
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "cli/command.h"
#include "cli/say.h"
#include "mesh/parse.h"
#include "os/files.h"
#include "util/printable.h"

namespace trimtab::cli {
namespace {

constexpr const char* kSiteFile = "/etc/trimtab/site";

std::string trimmed(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  text.erase(0, text.find_first_not_of(" \t\r\n"));
  return text;
}

// --site, else what the operator wrote down, else the host's name up to its first dot.
std::pair<std::string, std::string> site_name(const Common& common) {
  if (!common.site.empty()) return {common.site, "--site"};
  if (auto file = os::read_file(kSiteFile, 256)) return {trimmed(*file), kSiteFile};
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const std::string name(host);
  return {name.substr(0, name.find('.')), "the host name"};
}

}  // namespace

int complain(const Error& error, int status) {
  say("trimtab: {}\n", printable(error.text()));
  return status;
}

Result<std::string> read_mesh_file(const Common& common) {
  // Far above what the parser takes, so that it is the parser who says what is wrong with a file that is too
  // long.
  constexpr std::size_t kMostRead = 64 * mesh::kMaxFileSize;
  auto text = os::read_file(common.mesh_file, kMostRead);
  if (!text && text.error().number == ENOENT) {
    Error missing = text.error();
    missing.fix = "`trimtab init` writes one, --mesh names another";
    return missing;
  }
  return text;
}

std::optional<mesh::Mesh> load_mesh(const Common& common, int& status) {
  const auto text = read_mesh_file(common);
  if (!text) {
    status = complain(text.error());
    return std::nullopt;
  }
  auto parsed = mesh::parse(*text);
  for (const auto& mistake : parsed.mistakes) {
    say("{}\n", mesh::format_mistake(mistake, common.mesh_file));
  }
  if (!parsed.mesh) status = kAnswerIsNo;
  return std::move(parsed.mesh);
}

Result<mesh::SiteId> own_site(const Common& common, const mesh::Mesh& mesh) {
  const auto [name, source] = site_name(common);
  if (const mesh::Site* site = mesh.find_site(std::string_view(name))) return site->id;
  std::string known;
  for (const mesh::Site& site : mesh.sites) known += (known.empty() ? "" : ", ") + site.name;
  return Error{fmt::format("{} says that this is site \"{}\", which the mesh does not have", source, name),
               source == kSiteFile ? fmt::format("write one of {} into it, or name it with --site", known)
                                   : fmt::format("name one of {} with --site", known)};
}

std::string complaint_about_number(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (text == std::to_string(number)) return {};
  return fmt::format("\"{}\" is no whole number from 0 to 2^64 - 1", text);
}

bool use_colour() {
  static const bool use = isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
  return use;
}

}  // namespace trimtab::cli
