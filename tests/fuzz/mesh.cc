// Any text as a mesh file: a mesh, or at least one error with its place. What a valid one says can be said
// again and then means the same, and every site's files can be rendered from it.
#include <algorithm>

#include "fuzz/input.h"
#include "fuzz/mesh_writer.h"
#include "mesh/parse.h"
#include "render/files.h"

namespace trimtab {
namespace {

void check_places(const mesh::Parsed& parsed, std::string_view text) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  bool error = false;
  for (const mesh::Mistake& mistake : parsed.mistakes) {
    TRIMTAB_CHECK(mistake.line >= 1 && mistake.line <= lines && mistake.column >= 1);
    TRIMTAB_CHECK(mesh::format_mistake(mistake, "mesh.toml").find('\n') == std::string::npos);
    error = error || !mistake.warning;
  }
  TRIMTAB_CHECK(parsed.mesh.has_value() != error);
}

}  // namespace
}  // namespace trimtab

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  constexpr std::size_t kMostSites = 8;  // whose files are rendered: their number is squared
  const std::string_view text = fuzz::text_of(data, size);
  const mesh::Parsed parsed = mesh::parse(text);
  check_places(parsed, text);
  if (!parsed.mesh) return 0;
  const mesh::Parsed again = mesh::parse(fuzz::mesh_file(*parsed.mesh));
  TRIMTAB_CHECK(again.mesh.has_value());
  TRIMTAB_CHECK(mesh::fingerprint(*again.mesh).text == mesh::fingerprint(*parsed.mesh).text);
  if (parsed.mesh->sites.size() > kMostSites) return 0;
  for (const mesh::Site& site : parsed.mesh->sites) (void)render::files(*parsed.mesh, site.id, {});
  return 0;
}
