// A plan into the world: step by step, and back again where a step fails.
#pragma once

#include "cli/kernel.h"
#include "network/plan.h"

namespace trimtab::cli {

Result<void> carry_out(Kernel& kernel, const network::Action& action);

// All steps of the plan, or none: where one fails, those before it are undone, last first. What cannot be
// undone is added to the error.
Result<void> carry_out(Kernel& kernel, const network::Plan& plan);

}  // namespace trimtab::cli
