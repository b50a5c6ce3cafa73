// The guardian of an `up --confirm`: a process of its own that goes back to what was before it, unless it is
// confirmed in time. It is there before the first change, and survives `up`, its terminal and its session.
#pragma once

#include "cli/pending.h"
#include "cli/reconcile.h"

namespace trimtab::cli {

// Returns once it is on guard. SIGTERM makes it undo at once: a session or a machine that is shut down does
// not wait.
Result<void> start_guardian(const Reconciliation& made, const SiteFiles& files, Duration time);

}  // namespace trimtab::cli
