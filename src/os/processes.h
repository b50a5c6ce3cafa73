// Other programs on this machine, as far as /proc tells of them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace trimtab::os {

struct Process {
  pid_t number = 0;
  std::vector<std::string> arguments;
};

// Those of that name in this process's network namespace. What /proc hides (`hidepid`) is left out.
std::vector<Process> processes_here(std::string_view name);

// Files at which somebody listens in this process's network namespace (UNIX sockets; whole paths only). They
// are told whoever's they are and whatever /proc hides; a file may be out of sight, or gone.
Result<std::vector<std::string>> listening_files_here();

// Whether there is a process of that number, in whatever namespace and state.
bool runs(pid_t number);

}  // namespace trimtab::os
