// "did you mean": which of the known words is closest to a mistyped one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trimtab::mesh {

// The known word with the fewest insertions, deletions, changes and swaps of neighbours; empty where none is
// close enough to be meant (a third of its letters, at least one, never all).
std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace trimtab::mesh
