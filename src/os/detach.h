// A process that outlives the one that starts it, its terminal and its session.
#pragma once

#include <functional>

#include "util/units.h"

namespace trimtab::os {

// Runs `begin` and then `work` in a process of its own, with nothing of ours open; returns what `begin` did,
// while `work` goes on. That process has no terminal, sees none die, and is asked to end by SIGTERM alone
// (see told_to_end). What goes wrong once nobody listens goes to the system's log.
Result<void> detach(const std::function<Result<void>()>& begin, const std::function<void()>& work);

// In there: waits for SIGTERM, but no longer than `at_most`. True where it came.
bool told_to_end(Duration at_most);

}  // namespace trimtab::os
