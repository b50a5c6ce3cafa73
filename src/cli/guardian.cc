#include "cli/guardian.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <syslog.h>

#include <ctime>
#include <optional>
#include <thread>

#include "cli/bird_program.h"
#include "cli/carry_out.h"
#include "os/clock.h"
#include "os/detach.h"
#include "os/file_lock.h"
#include "os/sysctl.h"

namespace trimtab::cli {
namespace {

// How soon it notices that it is no longer wanted.
constexpr Duration kLook = std::chrono::milliseconds{250};
// A guardian that was dismissed is gone in the time of a look; one that takes longer than this is stuck.
constexpr std::chrono::seconds kStart{10};

// What was remembered before; where something could not be undone, both, so that `down` still finds it.
Result<void> remember_undone(const Reconciliation& made, const SiteFiles& files, bool whole) {
  if (!whole) return save_memory(files, network::underway(made.before, made.plan.memory, "up", {}));
  return put_memory_back(files, made.before);
}

std::string undo(const Reconciliation& made, const SiteFiles& files) {
  auto kernel = Kernel::open();
  if (!kernel) return kernel.error().what;
  std::string left = take_back(*kernel, made.plan);
  if (const auto back = remember_undone(made, files, left.empty()); !back) left += ", " + back.error().what;
  if (const auto told = tell_bird_to_read(files); !told)
    left += (left.empty() ? "" : ", ") + told.error().what;
  return left;
}

// Under the lock: either `confirm` or this comes first.
void end_of_patience(const Reconciliation& made, const SiteFiles& files, Pending pending, const char* why) {
  // Also where somebody took the directories away meanwhile.
  const auto take = [&] {
    (void)make_site_directories(files);
    return take_site(files);
  };
  auto lock = take();
  while (!lock) {
    std::this_thread::sleep_for(kLook);
    lock = take();
  }
  if (is_dismissed(files)) return;
  const std::string left = undo(made, files);
  pending.undone = fmt::format("at {:%H:%M:%S}, {}{}", fmt::localtime(std::time(nullptr)), why,
                               left.empty() ? "" : fmt::format("; not everything went back: {}", left));
  (void)save_pending(files, pending);
  ::openlog("trimtab", LOG_PID, LOG_DAEMON);
  ::syslog(left.empty() ? LOG_WARNING : LOG_ERR, "`up --confirm` was undone %s", pending.undone.c_str());
  if (made.before.site.empty()) lock->remove_file();
}

void guard(const Reconciliation& made, const SiteFiles& files, const Pending& pending, os::FileLock& mark) {
  bool told = false;
  while (!told && !is_dismissed(files)) {
    const Duration left = pending.until - os::take_clocks().monotonic;
    if (left <= Duration{}) break;
    told = os::told_to_end(std::min(left, kLook));
  }
  if (!is_dismissed(files)) {
    end_of_patience(made, files, pending,
                    told ? "because its guardian was told to end" : "because nobody confirmed it in time");
  }
  if (is_dismissed(files)) remove_pending(files);
  mark.remove_file();
}

}  // namespace

Result<void> start_guardian(const Reconciliation& made, const SiteFiles& files, Duration time) {
  const Pending pending{.kernel = os::kernel_identity(), .until = os::take_clocks().monotonic + time};
  std::optional<os::FileLock> mark;  // in the guardian's own process
  const auto begin = [&]() -> Result<void> {
    auto taken = os::FileLock::take(files.guardian(), kStart);
    if (!taken) return taken.error();
    mark = *std::move(taken);
    // Not before: what the guardian before this one was told stands there until he has gone.
    auto saved = save_pending(files, pending);
    if (!saved) {
      remove_pending(files);
      mark->remove_file();
    }
    return saved;
  };
  const auto started = os::detach(begin, [&] { guard(made, files, pending, *mark); });
  if (started) return {};
  return Error{fmt::format("cannot put a guardian in place for --confirm: {}; nothing is changed",
                           started.error().what),
               started.error().fix};
}

}  // namespace trimtab::cli
