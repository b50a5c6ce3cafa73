// The functions of bird.conf that decide what comes in, what it is worth and what goes out (specification §4
// and §6). They keep to what BIRD 2.0.10 understands: no loops over lists, no literal for an empty set, local
// variables before the body.
#pragma once

#include <string>

#include "mesh/mesh.h"

namespace trimtab::bird {

// Defines, for bird.conf's sessions to call:
//   refuse_foreign_route(neighbour's ASN)     ends the filter where the neighbour may not announce the route
//   value_route(COST_2, FAVOUR_2, FAVOURED_2) sets communities and LOCAL_PREF under `path`
//   value_route(PREFERENCE_2)                 the same under `score`
//   announce(neighbour's ASN)                 accepts or rejects for the export to that neighbour
std::string filter_functions(const mesh::Mesh& mesh, const mesh::Site& self);

}  // namespace trimtab::bird
