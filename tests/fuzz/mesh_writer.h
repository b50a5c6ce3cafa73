// A mesh as the text of a mesh file that says everything and leaves nothing to defaults.
#pragma once

#include <string>

#include "mesh/mesh.h"

namespace trimtab::fuzz {

std::string mesh_file(const mesh::Mesh& mesh);

}  // namespace trimtab::fuzz
