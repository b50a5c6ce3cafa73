// A draft in which nothing is wrong -> the Mesh: defaults filled in, addresses derived, everything in order
// of ids.
#pragma once

#include "mesh/draft.h"

namespace trimtab::mesh {

Mesh build(const Draft& draft);

}  // namespace trimtab::mesh
