// What every target has in common: a file to be written, and what is said of the site in its first line.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bird/configuration.h"
#include "mesh/mesh.h"
#include "network/wanted.h"

namespace trimtab::render {

struct RenderedFile {
  std::string name;  // below the directory that is rendered into; may name directories of its own
  std::string content;
  unsigned mode = 0644;
};

// What is not in the mesh file: where the router has its files, and its addresses in its LAN.
struct Router {
  std::string config_dir = "/etc/trimtab";
  std::string run_dir = "/run/trimtab";
  bird::Local local{};

  std::string origins() const { return config_dir + "/origins.conf"; }
  std::string metrics() const { return run_dir + "/metrics.conf"; }
  bird::Paths bird_paths() const { return {.origins = origins(), .metrics = metrics()}; }
};

// "# What of site a in mesh "home". Written by trimtab." By these words a later run knows its own files
// again.
std::string head(std::string_view what, const network::WantedState& state);

// "a.example.net:51820", "[2001:db8::1]:51820"
std::string endpoint_text(const mesh::Endpoint& endpoint);

// Where the mesh file says that this site reaches the peer, by name if it has one; absent where nobody can.
std::optional<mesh::Endpoint> endpoint_of(const network::WantedPeer& peer, const mesh::Mesh& mesh,
                                          const network::WantedState& state);

// Absent: the interface is of another kind.
const network::WantedWireGuard* wireguard_on(const network::Interface& interface,
                                             const network::WantedState& state);

bool routes_ipv6(const network::WantedState& state);

// bird.conf and origins.conf below `directory` ("" or "etc/trimtab/").
std::vector<RenderedFile> bird_files(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router,
                                     const std::string& directory);

// What BIRD reads until a daemon has run; see bird/metrics_file.h.
std::string neutral_metrics(const mesh::Mesh& mesh, mesh::SiteId self);

}  // namespace trimtab::render
