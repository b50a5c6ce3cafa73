// From the mesh file's words to what each part of the engine wants to know. One place, so that a start and a
// reload cannot differ.
#pragma once

#include <vector>

#include "controller/sample.h"
#include "mesh/mesh.h"
#include "probe/prober.h"

namespace trimtab::engine {

controller::Settings controller_settings(const mesh::Mesh& mesh);
std::vector<controller::LinkSettings> controller_links(const mesh::Mesh& mesh, mesh::SiteId self);
std::vector<probe::ProbedLink> probed_links(const mesh::Mesh& mesh, mesh::SiteId self);

// The probe layer's round as the controller takes it: what was not measured is left out.
controller::Sample sample_of(const probe::Round& round);

}  // namespace trimtab::engine
