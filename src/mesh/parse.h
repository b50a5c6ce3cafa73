// The mesh file: text -> Mesh, or every mistake in it with its place and what to do about it. Pure: reading
// the file is the caller's. What each key means stands in docs/mesh-file.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/mesh.h"

namespace trimtab::mesh {

struct Mistake {
  int line = 0;    // from 1
  int column = 0;  // from 1, in characters
  bool warning = false;
  std::string text;  // what is wrong and what to do, one line
  // A site that has no public_key yet: the one error that `site add` may leave behind, for `keygen` to mend.
  bool key_missing = false;
};

struct Parsed {
  std::optional<Mesh> mesh;       // absent as soon as one mistake is more than a warning
  std::vector<Mistake> mistakes;  // in the order of the file
};

// A file is at most this long: 20,000 links fit.
inline constexpr std::size_t kMaxFileSize = 1024 * 1024;

// Total: any bytes at all give a mesh or at least one error.
Parsed parse(std::string_view text);

// "mesh.toml:12:7: error: …" or "…: warning: …".
std::string format_mistake(const Mistake& mistake, std::string_view file);

}  // namespace trimtab::mesh
