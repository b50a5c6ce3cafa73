// A line, or a piece of one, for the person who looks on: to stderr. Where nobody can read it, the command
// goes on and its exit status says what there is to say.
#pragma once

#include <fmt/core.h>

#include <cstdio>
#include <utility>

namespace trimtab::cli {

template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  std::fputs(fmt::format(format, std::forward<Arguments>(arguments)...).c_str(), stderr);
}

}  // namespace trimtab::cli
