// What changed between two texts, line by line, for people.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trimtab::network {

// "- old line" and "+ new line", in order, without context. Texts that differ in very many lines are summed
// up in one line instead.
std::vector<std::string> text_diff(std::string_view before, std::string_view after);

// "1 line", "57 lines"
std::string line_count(std::string_view text);

}  // namespace trimtab::network
