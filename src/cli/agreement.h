// The table of `trimtab replay` for labelled links.
#pragma once

#include <vector>

#include "sim/labelled.h"

namespace trimtab::cli {

// Runs the daemon's detector and the one it has to beat over each link, and prints how they agree with the
// hand. Returns the exit status.
int show_agreement(const std::vector<sim::LabelledLink>& links, bool json);

}  // namespace trimtab::cli
