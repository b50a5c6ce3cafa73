// What the kernel does with packets to a destination that the daemon has explained, beside what BIRD has
// chosen: another program may have a better route, or a rule may send a LAN's packets elsewhere.
#pragma once

#include <string>

#include "cli/command.h"
#include "control/json.h"

namespace trimtab::cli {

// Adds `kernel` and `kernel_from_lans` to the daemon's answer (docs/formats.md).
void add_what_the_kernel_says(const Common& common, control::Json& answer);

// A line for each thing that it does otherwise; nothing where all goes as chosen.
std::string show_kernel(const control::Json& answer);

// Whether the answer has a way that BIRD has chosen; the first one is it.
bool is_chosen(const control::Json& answer);

}  // namespace trimtab::cli
