// What the commands that edit the mesh file share: nothing is written that `check` would refuse.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace trimtab::cli {

// Reads the mesh file, has `edit` change its text, judges the outcome and writes it. Nothing is written where
// the file was wrong before or would be after; a site that waits for its public_key is not wrong here.
Result<void> edit_mesh_file(const Common& common,
                            const std::function<Result<std::string>(std::string_view)>& edit);

// The first mistake of a text that keeps it from being written, if any.
std::optional<Error> first_mistake(std::string_view text);

}  // namespace trimtab::cli
