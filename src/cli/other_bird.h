// Another BIRD in this network namespace: two delete each other's routes at every scan.
#pragma once

#include <vector>

#include "cli/site_files.h"

namespace trimtab::cli {

// One error for each BIRD that is not the one which listens at our socket (bird.ctl). Where /proc hides
// processes, as it does from the unit trimtab-up, a BIRD is known by the name of its socket, and one with
// another name is missed.
std::vector<Error> other_birds(const SiteFiles& files);

}  // namespace trimtab::cli
