// A process that outlives the one that starts it, its terminal and its session.
#pragma once

#include <functional>

#include "util/units.h"

namespace trimtab::os {

// Runs `work` in a process of its own, with nothing of ours open, and returns. That process has no terminal,
// sees none die, and is asked to end by SIGTERM alone (see told_to_end).
Result<void> detach(const std::function<void()>& work);

// In there: waits for SIGTERM, but no longer than `at_most`. True where it came.
bool told_to_end(Duration at_most);

}  // namespace trimtab::os
