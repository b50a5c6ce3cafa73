#include "cli/pending.h"

#include <fmt/core.h>

#include <algorithm>

#include "control/json.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

constexpr std::size_t kMaxSize = 16384;

std::optional<Pending> read_pending(const SiteFiles& files) {
  const auto text = os::read_trusted_file(files.pending(), kMaxSize);
  if (!text) return std::nullopt;
  const auto json = control::parse_json(*text);
  if (!json || !json->is_object()) return std::nullopt;
  try {
    Pending pending{.kernel = json->at("kernel").get<std::string>(),
                    .until = MonotonicTime(Duration(json->at("until_ns").get<Duration::rep>())),
                    .undone = json->at("undone").get<std::string>(),
                    .dismissed = json->at("dismissed").get<bool>()};
    if (pending.kernel == os::kernel_identity()) return pending;
  } catch (const control::Json::exception&) {
    return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Result<void> save_pending(const SiteFiles& files, const Pending& pending) {
  const control::Json json{{"kernel", pending.kernel},
                           {"until_ns", pending.until.time_since_epoch().count()},
                           {"undone", pending.undone},
                           {"dismissed", pending.dismissed}};
  return os::replace_file(files.pending(), control::to_line(json) + "\n", 0600);
}

std::optional<Pending> load_pending(const SiteFiles& files) {
  auto pending = read_pending(files);
  return pending && !pending->dismissed ? pending : std::nullopt;
}

bool is_dismissed(const SiteFiles& files) {
  const auto pending = read_pending(files);
  return pending && pending->dismissed;
}

void dismiss_pending(const SiteFiles& files) {
  auto pending = load_pending(files);
  if (!pending) pending = Pending{.kernel = os::kernel_identity(), .until = {}};
  pending->dismissed = true;
  if (!os::FileLock::held(files.guardian()) || !save_pending(files, *pending)) remove_pending(files);
}

void remove_pending(const SiteFiles& files) {
  (void)os::remove_file(files.pending());
}

bool is_guarded(const SiteFiles& files, const Pending& pending) {
  return pending.undone.empty() && os::FileLock::held(files.guardian());
}

Duration time_left(const Pending& pending) {
  return std::max(pending.until - os::take_clocks().monotonic, Duration{});
}

std::string tell_pending(const SiteFiles& files) {
  const auto pending = load_pending(files);
  if (!pending) return {};
  if (!pending->undone.empty()) return fmt::format("the last `up --confirm` was undone {}", pending->undone);
  if (!is_guarded(files, *pending)) {
    return "nobody is left to undo the last `up --confirm`: its guardian was killed; `trimtab confirm` keeps "
           "what it "
           "made, `trimtab down` removes it";
  }
  return fmt::format("the last `up` undoes itself in {} s unless you say: trimtab confirm",
                     std::chrono::ceil<std::chrono::seconds>(time_left(*pending)).count());
}

}  // namespace trimtab::cli
