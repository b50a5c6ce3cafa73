// Other programs on this machine, as far as /proc tells of them.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace trimtab::os {

struct Process {
  pid_t number = 0;
  std::vector<std::string> arguments;
};

// Those of that name in this process's network namespace. What may not be looked into is left out; root sees
// all.
std::vector<Process> processes_here(std::string_view name);

// Whether it has a UNIX socket open that was bound to `path` (or to what `path` links to).
bool has_socket(const Process& process, const std::string& path);

}  // namespace trimtab::os
