#include "cli/bird_files.h"

#include <filesystem>

#include "bird/metrics_file.h"

namespace trimtab::cli {
namespace {

std::string metrics_text(const mesh::Mesh& mesh, mesh::SiteId self,
                         const std::optional<std::string>& present) {
  std::optional<bird::Metrics> before;
  if (present) {
    if (auto parsed = bird::parse_metrics(*present)) before = *std::move(parsed);
  }
  return bird::format_metrics(bird::carry_over(mesh, self, before));
}

}  // namespace

std::vector<network::File> bird_files(const mesh::Mesh& mesh, mesh::SiteId self, const SiteFiles& files,
                                      const bird::Local& local, const std::optional<std::string>& metrics) {
  const bird::Paths paths{.origins = files.origins(), .metrics = files.metrics()};
  // What they include comes first: whoever reads bird.conf finds the rest there.
  return {
      {.path = files.metrics(), .content = metrics_text(mesh, self, metrics), .shared = true},
      {.path = files.origins(), .content = bird::origins(mesh, self)},
      {.path = files.bird_configuration(), .content = bird::main_configuration(mesh, self, paths, local)}};
}

bird::Local local_facts(const mesh::Site& self, const network::FoundState& found, const SiteFiles& files) {
  bird::Local local{.included = includes_our_configuration(files)};
  for (const network::FoundAddress& entry : found.addresses) {
    if (entry.address.interface == self.lan_interface) local.lan_addresses.push_back(entry.address.prefix);
  }
  return local;
}

bool includes_our_configuration(const SiteFiles& files) {
  std::error_code error;
  return std::filesystem::exists(files.included(), error);
}

}  // namespace trimtab::cli
