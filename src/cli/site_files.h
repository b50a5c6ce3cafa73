// Where a site's files lie, and what `up` remembers there. The same directories are the daemon's.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "network/memory.h"
#include "os/file_lock.h"
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
  std::string lock() const { return run_dir + "/up.lock"; }           // one of up, down and confirm at a time
  std::string pending() const { return run_dir + "/confirm.json"; }   // an `up --confirm`, see pending.h
  std::string guardian() const { return run_dir + "/confirm.lock"; }  // held by who would undo it
  // A directory, while `up` asks BIRD; not in the run directory, whose owner could put another in its place.
  std::string scratch() const { return config_dir + "/rehearsal"; }
  std::string included() const { return config_dir + "/bird.included"; }  // another BIRD includes bird.conf
};

// --config-dir and --run-dir; the latter alone for who asks only how things stand.
void declare_site_files(CLI::App& app, SiteFiles& files);
void declare_run_directory(CLI::App& app, SiteFiles& files);

// Both paths made absolute.
void make_absolute(SiteFiles& files);

// The same for BIRD's configuration, which knows no other kind. An error names one that would mean something
// else there, or in a unit or a script: BIRD has no way to quote a quote.
Result<void> make_absolute_for_bird(SiteFiles& files);

// `up` makes both directories where they are missing. To everybody else a missing one that was named is a
// mistyped one.
Result<void> make_site_directories(const SiteFiles& files);

// Waits a moment for another `up`, `down` or `confirm` to end, and clears away what one that was killed left
// beside our files. An error where a directory that was named is missing.
Result<os::FileLock> take_site(const SiteFiles& files);

// What the last `up` in this very boot and network namespace left; empty where there was none. For who only
// tells of it.
Result<network::Memory> read_memory(const SiteFiles& files);
// The same for who acts on it: an error where its files are not this site's.
Result<network::Memory> load_memory(const SiteFiles& files);
Result<void> save_memory(const SiteFiles& files, const network::Memory& memory);
Result<void> forget(const SiteFiles& files);
// As load_memory() found it before.
Result<void> put_memory_back(const SiteFiles& files, const network::Memory& before);

}  // namespace trimtab::cli
