// Rendered files on their way to the disk: nothing that is somebody else's is overwritten, and what an
// earlier rendering left that this one lacks goes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "render/rendered.h"
#include "util/result.h"

namespace trimtab::cli {

// The configuration of a mesh of a thousand sites is two megabytes.
inline constexpr std::size_t kMostRenderedBytes = 16 * 1024 * 1024;

// Into `directory`, which is made where it is missing. Every file is looked at before the first is written.
Result<void> write_rendered(const std::vector<render::RenderedFile>& files, const std::string& directory);

// Removes trimtab's own files whose paths below `directory` begin with `prefix` and which are not in `files`.
// Returns what it removed.
Result<std::vector<std::string>> remove_stale(const std::vector<render::RenderedFile>& files,
                                              const std::string& directory, std::string_view prefix);

}  // namespace trimtab::cli
