#include "cli/mesh_edit.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/say.h"
#include "mesh/parse.h"
#include "os/files.h"

namespace trimtab::cli {

std::optional<Error> first_mistake(std::string_view text) {
  for (const mesh::Mistake& mistake : mesh::parse(text).mistakes) {
    if (!mistake.warning && !mistake.key_missing) return Error{mistake.text};
  }
  return std::nullopt;
}

Result<void> edit_mesh_file(const Common& common,
                            const std::function<Result<std::string>(std::string_view)>& edit) {
  const auto before = os::read_file(common.mesh_file, mesh::kMaxFileSize);
  if (!before) return before.error();
  if (first_mistake(*before)) {
    return Error{fmt::format("{} has mistakes", common.mesh_file),
                 "mend them first: `trimtab check` lists them"};
  }
  const auto after = edit(*before);
  if (!after) return after.error();
  if (const auto mistake = first_mistake(*after)) return Error{mistake->what + "; nothing was written"};
  if (const auto written = os::rewrite_file(common.mesh_file, *after); !written) return written;
  for (const mesh::Mistake& mistake : mesh::parse(*after).mistakes) {
    if (mistake.warning) say("{}\n", mesh::format_mistake(mistake, common.mesh_file));
  }
  return {};
}

}  // namespace trimtab::cli
