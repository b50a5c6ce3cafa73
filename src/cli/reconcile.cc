#include "cli/reconcile.h"

#include <fmt/core.h>

#include <cerrno>

#include "cli/bird_files.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

// The configuration of a mesh of a thousand sites is two megabytes.
constexpr std::size_t kMaxFileSize = 16 * 1024 * 1024;

Result<void> read_files(const std::vector<std::string>& paths, network::FoundState& found) {
  for (const std::string& path : paths) {
    auto content = os::read_file(path, kMaxFileSize);
    if (content) {
      found.files[path] = *std::move(content);
    } else if (content.error().number != ENOENT) {
      return content.error();
    }
  }
  return {};
}

Result<network::FoundState> find(Kernel& kernel, const std::vector<std::string>& paths) {
  auto found = kernel.read();
  if (!found) return found;
  if (const auto read = read_files(paths, *found); !read) return read.error();
  return found;
}

std::optional<std::string> content_of(const std::string& path, const network::FoundState& found) {
  const auto file = found.files.find(path);
  return file == found.files.end() ? std::nullopt : std::optional(file->second);
}

void note_missing_lan_address(const mesh::Site& self, const bird::Local& local, network::Plan& plan) {
  if (self.lan.empty() || bird::lan_address(self, local)) return;
  plan.notes.push_back(
      fmt::format("{} has no address inside {}: until it has one and `up` is run again, nobody in the mesh "
                  "can answer this "
                  "router's own packets",
                  self.lan_interface, self.lan.front().text()));
}

}  // namespace

Result<Reconciliation> reconcile(Kernel& kernel, const SiteState& state, const SiteFiles& files) {
  const auto memory = load_memory(files);
  if (!memory) return memory.error();
  const auto found = find(kernel, {files.metrics(), files.origins(), files.bird_configuration()});
  if (!found) return found.error();
  const mesh::Site& self = *state.mesh.find_site(state.self);
  Reconciliation made{.before = *memory, .local = local_facts(self, *found)};
  network::WantedState wanted = state.wanted;
  wanted.files = bird_files(state.mesh, state.self, files, made.local, content_of(files.metrics(), *found));
  made.plan = network::plan_up(wanted, *found, *memory);
  note_missing_lan_address(self, made.local, made.plan);
  return made;
}

Result<Reconciliation> reconcile_with_nothing(Kernel& kernel, const SiteFiles& files) {
  const auto memory = load_memory(files);
  if (!memory) return memory.error();
  const auto found = find(kernel, memory->files);
  if (!found) return found.error();
  return Reconciliation{.plan = network::plan_down(*found, *memory), .before = *memory};
}

void show_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) fmt::print(stderr, "trimtab: warning: {}\n", warning);
}

int complain_all(const std::vector<Error>& errors) {
  for (const Error& error : errors) complain(error);
  return kUsage;
}

}  // namespace trimtab::cli
