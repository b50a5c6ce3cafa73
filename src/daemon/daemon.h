// `trimtab run`: carries the world's events into the engine and the engine's actions out. It decides nothing.
// One process, one thread, in the foreground; CAP_NET_RAW alone.
#pragma once

#include <functional>
#include <string>

#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::daemon {

struct Setup {
  mesh::Mesh mesh;
  mesh::SiteId self = 0;
  std::function<Result<mesh::Mesh>()> read_mesh;  // again, at SIGHUP
  std::string socket;                             // ours
  std::string bird_socket;
  std::string bird_configuration;  // the main file, for candidates
  std::string metrics;             // the metrics file; candidates are written beside it
};

// Returns when told to terminate (SIGTERM, SIGINT); what was published stays. An error: it could not start.
Result<void> run(Setup setup);

}  // namespace trimtab::daemon
