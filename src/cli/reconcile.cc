#include "cli/reconcile.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>

#include "bird/metrics_file.h"
#include "cli/bird_files.h"
#include "cli/other_bird.h"
#include "cli/rendered_files.h"
#include "cli/say.h"
#include "os/files.h"

namespace trimtab::cli {
namespace {

// The daemon's directory may have anything under this name, which goes neither to a terminal nor, undone,
// back to the disk: what is no metrics file counts as an empty one.
Result<std::string> read_metrics(const std::string& path) {
  auto own = os::read_own_file(path, kMostRenderedBytes);
  if (own) return bird::parse_metrics(own->text) ? std::move(own->text) : std::string{};
  if (own.error().number == ENOENT) return own.error();
  return Error{fmt::format("{} cannot be read as a file", path), "move it away: `trimtab up` writes it anew"};
}

Result<void> read_files(const std::vector<std::string>& paths, const std::string& metrics,
                        network::FoundState& found) {
  for (const std::string& path : paths) {
    auto content = path == metrics ? read_metrics(path) : os::read_file(path, kMostRenderedBytes);
    if (content) {
      found.files[path] = *std::move(content);
    } else if (content.error().number != ENOENT) {
      return content.error();
    }
  }
  return {};
}

Result<network::FoundState> find(Kernel& kernel, const std::vector<network::Interface>& wanted,
                                 const network::Memory& memory, const std::vector<std::string>& paths,
                                 const std::string& metrics) {
  auto found = kernel.read(wanted, memory);
  if (!found) return found;
  if (const auto read = read_files(paths, metrics, *found); !read) return read.error();
  return found;
}

std::optional<std::string> content_of(const std::string& path, const network::FoundState& found) {
  const auto file = found.files.find(path);
  return file == found.files.end() ? std::nullopt : std::optional(file->second);
}

void note_missing_lan_address(const mesh::Site& self, const bird::Local& local, network::Plan& plan) {
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    const Prefix* lan = first_of_family(self.lan, family);
    if (lan == nullptr || bird::lan_address(self, local, family)) continue;
    plan.notes.push_back(
        fmt::format("{} has no address inside {}: until it has one and `up` is run again, nobody in the mesh "
                    "can answer this "
                    "router's own packets",
                    self.lan_interface, lan->text()));
  }
}

}  // namespace

Result<Reconciliation> reconcile(Kernel& kernel, const SiteState& state, const SiteFiles& files) {
  const auto memory = load_memory(files);
  if (!memory) return memory.error();
  const auto found = find(kernel, state.wanted.interfaces, *memory,
                          {files.metrics(), files.origins(), files.bird_configuration()}, files.metrics());
  if (!found) return found.error();
  const mesh::Site& self = *state.mesh.find_site(state.self);
  Reconciliation made{.before = *memory, .local = local_facts(self, *found, files)};
  network::WantedState wanted = state.wanted;
  wanted.files = bird_files(state.mesh, state.self, files, made.local, content_of(files.metrics(), *found));
  made.plan = network::plan_up(wanted, *found, *memory);
  for (Error& bird : other_birds(files)) made.plan.conflicts.push_back(std::move(bird));
  note_missing_lan_address(self, made.local, made.plan);
  return made;
}

Result<Reconciliation> reconcile_with_nothing(Kernel& kernel, const SiteFiles& files) {
  const auto memory = load_memory(files);
  if (!memory) return memory.error();
  const auto found = find(kernel, {}, *memory, memory->files, files.metrics());
  if (!found) return found.error();
  return Reconciliation{.plan = network::plan_down(*found, *memory), .before = *memory};
}

std::optional<std::string> missing_from(Kernel& kernel, const network::Plan& plan) {
  const auto makes_one = [](const network::Step& step) {
    const auto* create = std::get_if<network::CreateInterface>(&step.action);
    return create != nullptr && create->interface.kind == "wireguard";
  };
  if (!std::any_of(plan.steps.begin(), plan.steps.end(), makes_one) || !kernel.lacks_wireguard()) return {};
  return "this kernel has no WireGuard, so `up` will fail and undo itself: modprobe wireguard";
}

void show_warnings(const std::vector<std::string>& warnings) {
  for (const std::string& warning : warnings) say("trimtab: warning: {}\n", warning);
}

int complain_all(const std::vector<Error>& errors) {
  for (const Error& error : errors) complain(error);
  return kUsage;
}

}  // namespace trimtab::cli
