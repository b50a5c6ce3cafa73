// Where a site's files lie, and what `up` remembers there. The same directories are the daemon's.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "network/memory.h"
#include "util/result.h"

namespace trimtab::cli {

struct SiteFiles {
  std::string config_dir = "/etc/trimtab";
  std::string run_dir = "/run/trimtab";

  std::string private_key() const { return config_dir + "/private.key"; }
  std::string bird_configuration() const { return config_dir + "/bird.conf"; }
  std::string origins() const { return config_dir + "/origins.conf"; }
  std::string metrics() const { return run_dir + "/metrics.conf"; }
  std::string bird_socket() const { return run_dir + "/bird.ctl"; }
  std::string memory() const { return run_dir + "/up.json"; }
};

// --config-dir and --run-dir.
void declare_site_files(CLI::App& app, SiteFiles& files);

// Both paths made absolute: they end up in BIRD's configuration, which knows no other kind.
void make_absolute(SiteFiles& files);

// What the last `up` in this very boot and network namespace left; empty where there was none.
Result<network::Memory> load_memory(const SiteFiles& files);
Result<void> save_memory(const SiteFiles& files, const network::Memory& memory);
Result<void> forget(const SiteFiles& files);

}  // namespace trimtab::cli
