// Host names to addresses, by the system's resolver. It blocks for as long as the resolver likes (seconds
// where no server answers): for commands, never for the daemon's own thread.
#pragma once

#include <string>
#include <vector>

#include "util/address.h"
#include "util/result.h"

namespace trimtab::os {

struct FamiliesWanted {
  bool ipv4 = true;
  bool ipv6 = true;
};

// Not empty, in the resolver's order, without repetition. An address as text is its own answer.
Result<std::vector<IpAddress>> resolve(const std::string& host, FamiliesWanted families);

}  // namespace trimtab::os
