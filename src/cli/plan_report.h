// A plan for people and for programs: what plan, up and down print.
#pragma once

#include <string>

#include "control/json.h"
#include "network/plan.h"

namespace trimtab::cli {

// {"site": …, "changes": [{"change": "add", "object": …, "lines": […]}], "notes": […], "warnings": […]}
control::Json plan_json(const std::string& site, const network::Plan& plan,
                        const std::vector<std::string>& warnings);

// The diff, its signs in colour on a terminal, then the notes.
void print_plan(const network::Plan& plan);

// "1 change", "12 changes"
std::string count_of_changes(const network::Plan& plan);

}  // namespace trimtab::cli
