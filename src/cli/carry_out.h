// A plan into the world: step by step, and back again where a step fails.
#pragma once

#include <string>

#include "cli/kernel.h"
#include "network/plan.h"

namespace trimtab::cli {

Result<void> carry_out(Kernel& kernel, const network::Action& action);

struct Outcome {
  std::optional<Error> failure{};  // of the step that failed, saying what became of those before it
  bool restored = true;            // where one failed: all is as it was before the first
};

// All steps of the plan, or none: where one fails, those before it are undone, last first.
Outcome carry_out(Kernel& kernel, const network::Plan& plan);

// Back from a plan that was carried out, or was not to its end: nobody knows how far. What cannot be undone,
// in words; empty where all is as it was.
std::string take_back(Kernel& kernel, const network::Plan& plan);

}  // namespace trimtab::cli
