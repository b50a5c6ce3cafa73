// Text from outside on its way to a terminal: no byte of it may steer that.
#pragma once

#include <string>
#include <string_view>

namespace trimtab {

// Control characters as "\x1b"; everything else, UTF-8 included, as it is.
std::string printable(std::string_view text);

}  // namespace trimtab
