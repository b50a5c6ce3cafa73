#include "cli/pending.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "control/json.h"
#include "os/clock.h"
#include "os/files.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

constexpr std::size_t kMaxSize = 16384;
constexpr int kLooks = 5;
constexpr std::chrono::milliseconds kBetweenLooks{20};

// Of this boot and this network namespace, dismissed or not.
std::optional<Pending> read_pending(const SiteFiles& files) {
  const auto text = os::read_trusted_file(files.pending(), kMaxSize);
  if (!text) return std::nullopt;
  auto pending = parse_pending(*text);
  return pending && pending->kernel == os::kernel_identity() ? pending : std::nullopt;
}

// Since boot: never negative, and nothing but a whole number is one.
std::optional<MonotonicTime> time_of(const control::Json& json) {
  if (!json.is_number_integer()) return std::nullopt;
  const auto nanoseconds = json.get<Duration::rep>();  // from 2^63 on it comes out negative
  if (nanoseconds < 0) return std::nullopt;
  return MonotonicTime(Duration(nanoseconds));
}

}  // namespace

std::optional<Pending> parse_pending(std::string_view text) {
  const auto json = control::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  try {
    const auto until = time_of(json->at("until_ns"));
    if (!until) return std::nullopt;
    return Pending{.kernel = json->at("kernel").get<std::string>(),
                   .until = *until,
                   .undone = json->at("undone").get<std::string>(),
                   .dismissed = json->at("dismissed").get<bool>()};
  } catch (const control::Json::exception&) {
    return std::nullopt;
  }
}

std::string format_pending(const Pending& pending) {
  const control::Json json{{"kernel", pending.kernel},
                           {"until_ns", pending.until.time_since_epoch().count()},
                           {"undone", pending.undone},
                           {"dismissed", pending.dismissed}};
  return control::to_line(json) + "\n";
}

Result<void> save_pending(const SiteFiles& files, const Pending& pending) {
  return os::replace_file(files.pending(), format_pending(pending), 0600);
}

std::optional<Pending> load_pending(const SiteFiles& files) {
  auto pending = read_pending(files);
  // A guardian waits, whatever became of his file; how long is then his secret. One that goes is seen without
  // it for a moment.
  for (int looks = 0; !pending && os::FileLock::held(files.guardian()); ++looks) {
    if (looks == kLooks) return Pending{.kernel = os::kernel_identity(), .until = {}};
    std::this_thread::sleep_for(kBetweenLooks);
    pending = read_pending(files);
  }
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

Duration time_left(const Pending& pending, MonotonicTime now) {
  return std::max(pending.until - now, Duration{});
}

std::string tell(const Pending& pending, bool guarded, MonotonicTime now) {
  if (!pending.undone.empty()) return fmt::format("the last `up --confirm` was undone {}", pending.undone);
  if (!guarded) {
    return "nobody is left to undo the last `up --confirm`: its guardian was killed; `trimtab confirm` keeps "
           "what it made, `trimtab down` removes it";
  }
  if (pending.until == MonotonicTime{})
    return "the last `up` undoes itself unless you say: trimtab confirm; how soon stood in confirm.json, "
           "which is "
           "damaged or gone";
  return fmt::format("the last `up` undoes itself in {} s unless you say: trimtab confirm",
                     std::chrono::ceil<std::chrono::seconds>(time_left(pending, now)).count());
}

std::string tell_pending(const SiteFiles& files) {
  const auto pending = load_pending(files);
  return pending ? tell(*pending, is_guarded(files, *pending), os::take_clocks().monotonic) : "";
}

}  // namespace trimtab::cli
