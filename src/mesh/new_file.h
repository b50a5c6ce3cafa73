// The mesh file that `init` writes: comments for whoever opens it first, and nothing in it that is not
// needed.
#pragma once

#include <string>
#include <vector>

#include "mesh/edit.h"
#include "util/result.h"

namespace trimtab::mesh {

struct NewMesh {
  std::string name = "home";
  std::string overlay = "10.255.0.0/24";
  std::string links = "172.31.0.0/16";
  std::string lans = "10.10.0.0/16";
  std::vector<NewSite> sites;
};

// The LAN that site `id` gets where nobody says: the id-th /24 of `lans`. Nothing where that does not fit.
std::string default_lan(const std::string& lans, SiteId id);

std::string new_file(const NewMesh& mesh);

}  // namespace trimtab::mesh
