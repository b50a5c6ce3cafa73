#include "cli/site_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <tuple>
#include <utility>

#include "os/files.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

// Twice the firewall table and a line for each address and setting: a thousand sites take 100 kB.
constexpr std::size_t kMaxMemorySize = 4 * 1024 * 1024;
constexpr unsigned kDirectoryMode = 0755;
// An `up` of fifty links takes about a second; one that takes longer than this is stuck.
constexpr std::chrono::seconds kPatience{10};

// What means itself in a string of BIRD's (where names of included files are patterns), in a unit of
// systemd's and in a shell.
bool is_plain(char c) {
  constexpr std::string_view kSigns = "/._-+:@,=~";
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || kSigns.find(c) != std::string_view::npos;
}

// A variable of a script's that was never set, mostly.
std::string named(const std::string& directory) {
  return directory.empty() ? "an empty path names no directory" : "";
}

}  // namespace

void declare_site_files(CLI::App& app, SiteFiles& files) {
  app.add_option("--config-dir", files.config_dir, "where bird.conf, origins.conf and private.key are")
      ->type_name("DIR")
      ->check(named)
      ->capture_default_str();
  declare_run_directory(app, files);
}

void declare_run_directory(CLI::App& app, SiteFiles& files) {
  app.add_option("--run-dir", files.run_dir, "where metrics.conf, bird.ctl and up.json are")
      ->type_name("DIR")
      ->check(named)
      ->capture_default_str();
}

void make_absolute(SiteFiles& files) {
  for (std::string* directory : {&files.config_dir, &files.run_dir}) {
    *directory = std::filesystem::absolute(*directory).lexically_normal().string();
    while (directory->size() > 1 && directory->back() == '/') directory->pop_back();
  }
}

Result<void> make_absolute_for_bird(SiteFiles& files) {
  make_absolute(files);
  for (const auto& [option, directory] :
       {std::pair("--config-dir", files.config_dir), std::pair("--run-dir", files.run_dir)}) {
    if (std::all_of(directory.begin(), directory.end(), is_plain)) continue;
    return Error{fmt::format("{}: the path \"{}\" cannot stand in BIRD's configuration", option, directory),
                 "name a directory of letters, digits and / . _ - + : @ , = ~ alone"};
  }
  return {};
}

Result<void> make_site_directories(const SiteFiles& files) {
  for (const std::string& directory : {files.config_dir, files.run_dir}) {
    if (const auto made = os::make_directories(directory, kDirectoryMode); !made) return made;
  }
  return {};
}

Result<os::FileLock> take_site(const SiteFiles& files) {
  const SiteFiles usual;
  for (const auto& [option, directory, usual_one] :
       {std::tuple("--config-dir", files.config_dir, usual.config_dir),
        std::tuple("--run-dir", files.run_dir, usual.run_dir)}) {
    std::error_code error;
    if (directory == usual_one || std::filesystem::is_directory(directory, error)) continue;
    return Error{
        .what = fmt::format("there is no directory {}", directory),
        .fix = fmt::format("give the {} that `trimtab up` was given; without `up` there is nothing to "
                           "confirm or to remove",
                           option),
        .number = ENOENT};
  }
  // Whoever took the usual one away left what `up` made; and nobody types that one.
  if (files.run_dir == usual.run_dir) {
    if (const auto made = os::make_directories(files.run_dir, kDirectoryMode); !made) return made.error();
  }
  auto lock = os::FileLock::take(files.lock(), kPatience);
  if (!lock) return lock;
  for (const std::string& path :
       {files.bird_configuration(), files.origins(), files.metrics(), files.memory(), files.pending()}) {
    os::remove_abandoned(path);
  }
  std::error_code ignored;
  std::filesystem::remove_all(files.scratch(), ignored);
  return lock;
}

Result<network::Memory> read_memory(const SiteFiles& files) {
  const network::Memory nothing{.kernel = os::kernel_identity()};
  // The directory is the daemon's, and what stands in the file is written into the kernel.
  const auto text = os::read_trusted_file(files.memory(), kMaxMemorySize);
  if (!text && text.error().number == ENOENT) return nothing;
  if (!text) return text.error();
  auto memory = network::parse_memory(*text);
  if (!memory) {
    return Error{fmt::format("cannot use {}: {}", files.memory(), memory.error().what),
                 "delete it and run `trimtab up`: lost is only how to put the kernel's settings back"};
  }
  return memory->kernel == nothing.kernel ? *std::move(memory) : nothing;
}

Result<network::Memory> load_memory(const SiteFiles& files) {
  auto memory = read_memory(files);
  if (!memory) return memory;
  for (const std::string& file : memory->files) {
    // `down` deletes what stands here, as root.
    if (file == files.metrics() || file == files.origins() || file == files.bird_configuration()) continue;
    return Error{fmt::format("cannot use {}: {} is none of this site's files", files.memory(), file),
                 "give the --config-dir and --run-dir that `trimtab up` was given"};
  }
  return memory;
}

Result<void> save_memory(const SiteFiles& files, const network::Memory& memory) {
  return os::replace_file(files.memory(), network::format_memory(memory), 0600);
}

Result<void> forget(const SiteFiles& files) {
  return os::remove_file(files.memory());
}

Result<void> put_memory_back(const SiteFiles& files, const network::Memory& before) {
  return before.site.empty() ? forget(files) : save_memory(files, before);
}

}  // namespace trimtab::cli
