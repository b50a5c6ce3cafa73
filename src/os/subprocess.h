// One program run to its end, with text going in and text coming out. For nft, which is spoken to in text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"
#include "util/units.h"

namespace trimtab::os {

struct Finished {
  int status = 0;  // exit status; 128 + number where a signal ended it
  std::string output;
  std::string errors;  // what it wrote to stderr
};

// The program's absolute path: in $PATH, else in the directories for administrators, which a user's lacks.
std::optional<std::string> find_program(const std::string& name);

// `arguments[0]` is the program. It gets the environment with LC_ALL=C, so that its answers are in one
// language. An error where it cannot be started, does not end in `limit`, cannot be given its input (in both
// cases it is killed before it could take a part for the whole), or ends well when the pipe could not even
// hold all of that: what lies in the pipe unread is not known of.
Result<Finished> run(const std::vector<std::string>& arguments, std::string_view input,
                     Duration limit = std::chrono::seconds{30});

}  // namespace trimtab::os
