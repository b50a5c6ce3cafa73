// What one site should look like: from the mesh file, its key and its peers' names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/site_files.h"
#include "network/wanted.h"

namespace trimtab::cli {

struct SiteState {
  mesh::Mesh mesh;
  mesh::SiteId self = 0;
  network::WantedState wanted;        // without files
  std::vector<std::string> warnings;  // a peer whose name could not be resolved
};

// Complains by itself and sets `status` where there is nothing to return.
std::optional<SiteState> site_state(const Common& common, const SiteFiles& files, int& status);

}  // namespace trimtab::cli
