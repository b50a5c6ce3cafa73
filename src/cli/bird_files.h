// BIRD's three files of a site, at the places where this router has them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bird/configuration.h"
#include "cli/site_files.h"
#include "mesh/mesh.h"
#include "network/found.h"

namespace trimtab::cli {

// bird.conf, origins.conf, and the metrics file: what it publishes now is carried over (`metrics`, its
// present text), so that a BIRD that restarts finds what was published.
std::vector<network::File> bird_files(const mesh::Mesh& mesh, mesh::SiteId self, const SiteFiles& files,
                                      const bird::Local& local, const std::optional<std::string>& metrics);

// What only this router knows: the addresses of its LAN interface, whether its own BIRD includes bird.conf.
bird::Local local_facts(const mesh::Site& self, const network::FoundState& found, const SiteFiles& files);

// The operator says so by a file, /etc/trimtab/bird.included; what is in it does not matter.
bool includes_our_configuration(const SiteFiles& files);

}  // namespace trimtab::cli
