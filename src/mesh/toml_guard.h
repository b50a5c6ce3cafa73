// What a text must hold to before toml++ sees it. Its version 3.3.0 aborts on a lone "[", runs into
// unreachable code on some letters outside strings, and overflows the stack on deep nesting.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mesh/mistakes.h"

namespace trimtab::mesh {

// Far above what a mesh file needs (3), far below what hurts.
inline constexpr int kMaxNesting = 16;

struct Refusal {
  enum class Reach {
    file,       // nobody knows how the rest is meant
    next_line,  // without its line the rest may be tried; a mistake in the next one may come of this one
    line,       // its line alone
  };
  Position at{};
  std::string text;
  Reach reach = Reach::file;
};

// The first thing for which the text may not be handed on; nothing where it may.
std::optional<Refusal> guard_toml(std::string_view text);

}  // namespace trimtab::mesh
