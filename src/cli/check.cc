// trimtab check: silent where all is well, else one line per mistake.
#include <fmt/core.h>

#include "cli/command.h"
#include "control/json.h"
#include "mesh/parse.h"

namespace trimtab::cli {
namespace {

control::Json mistake_json(const mesh::Mistake& mistake) {
  return {{"line", mistake.line},
          {"column", mistake.column},
          {"severity", mistake.warning ? "warning" : "error"},
          {"text", mistake.text}};
}

// A site that was named is one that somebody means.
int named_site(const Common& common, const mesh::Mesh& mesh) {
  if (common.site.empty()) return kFine;
  const auto site = own_site(common, mesh);
  return site ? kFine : complain(site.error());
}

int check_json(const Common& common) {
  const auto text = read_mesh_file(common);
  if (!text) return complain(text.error());
  const mesh::Parsed parsed = mesh::parse(*text);
  control::Json answer = {{"valid", parsed.mesh.has_value()}, {"mistakes", control::Json::array()}};
  for (const mesh::Mistake& mistake : parsed.mistakes) answer["mistakes"].push_back(mistake_json(mistake));
  if (parsed.mesh) answer["fingerprint"] = mesh::fingerprint(*parsed.mesh).text;
  fmt::print("{}\n", answer.dump(-1, ' ', false, control::Json::error_handler_t::replace));
  return parsed.mesh ? named_site(common, *parsed.mesh) : kAnswerIsNo;
}

}  // namespace

std::function<int()> declare_check(CLI::App&, const Common& common) {
  return [&common] {
    if (common.json) return check_json(common);
    int status = kFine;
    const auto mesh = load_mesh(common, status);
    return mesh ? named_site(common, *mesh) : status;
  };
}

}  // namespace trimtab::cli
