// render_bird MESH SITE DIRECTORY [included] [LAN_ADDRESS/LENGTH...]: the three files of one site's BIRD as
// trimtab renders them, with the neutral metrics, all in one directory. For the tests that run BIRD itself.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bird/configuration.h"
#include "bird/metrics_file.h"
#include "mesh/parse.h"

namespace {

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

int render(const trimtab::mesh::Mesh& mesh, trimtab::mesh::SiteId self, const std::string& directory,
           const trimtab::bird::Local& local) {
  const trimtab::bird::Paths paths{directory + "/origins.conf", directory + "/metrics.conf"};
  write(paths.origins, trimtab::bird::origins(mesh, self));
  write(paths.metrics, trimtab::bird::format_metrics(trimtab::bird::neutral(mesh, self)));
  write(directory + "/bird.conf", trimtab::bird::main_configuration(mesh, self, paths, local));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) return 2;
  std::ifstream file(arguments[1], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const trimtab::mesh::Parsed parsed = trimtab::mesh::parse(text);
  for (const auto& mistake : parsed.mistakes) {
    std::fprintf(stderr, "%s\n", trimtab::mesh::format_mistake(mistake, arguments[1]).c_str());
  }
  if (!parsed.mesh) return 1;
  const trimtab::mesh::Site* self = parsed.mesh->find_site(std::string_view(arguments[2]));
  if (self == nullptr) return 1;
  trimtab::bird::Local local;
  int first = 4;
  local.included = count > first && std::string_view(arguments[first]) == "included";
  if (local.included) ++first;
  for (int i = first; i < count; ++i) local.lan_addresses.push_back(*trimtab::parse_prefix(arguments[i]));
  return render(*parsed.mesh, self->id, arguments[3], local);
}
