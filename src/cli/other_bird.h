// Another BIRD in this network namespace: two delete each other's routes at every scan.
#pragma once

#include <vector>

#include "cli/site_files.h"

namespace trimtab::cli {

// One error for each BIRD that is not the one which listens at our socket (bird.ctl). Where /proc hides its
// process, as it does from the unit trimtab-up, a BIRD is known by its socket, and one that calls neither
// that nor its directory bird is missed.
std::vector<Error> other_birds(const SiteFiles& files);

}  // namespace trimtab::cli
