// What a text must hold to before toml++ sees it. Its version 3.3.0 aborts on a lone "[", runs into
// unreachable code on some letters outside strings, and overflows the stack on deep nesting.
#pragma once

#include <string_view>

#include "mesh/mistakes.h"

namespace trimtab::mesh {

// Far above what a mesh file needs (3), far below what hurts.
inline constexpr int kMaxNesting = 16;

// True where the text may be handed on; else the one mistake that says why not.
bool guard_toml(std::string_view text, Mistakes& mistakes);

}  // namespace trimtab::mesh
