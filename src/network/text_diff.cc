#include "network/text_diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

namespace trimtab::network {
namespace {

using Lines = std::vector<std::string_view>;

// Cells of the table below: 16 MB, some tens of milliseconds. Beyond it nobody reads the diff anyway.
constexpr std::size_t kMaxCells = 4'000'000;

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Drops what both begin with and end with: configurations mostly change in one place.
void trim_common(Lines& before, Lines& after) {
  const auto [b, a] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  before.erase(before.begin(), b);
  after.erase(after.begin(), a);
  while (!before.empty() && !after.empty() && before.back() == after.back()) {
    before.pop_back();
    after.pop_back();
  }
}

}  // namespace

std::string line_count(std::string_view text) {
  const std::size_t lines = split(text).size();
  return lines == 1 ? "1 line" : fmt::format("{} lines", lines);
}

std::vector<std::string> text_diff(std::string_view before_text, std::string_view after_text) {
  Lines before = split(before_text);
  Lines after = split(after_text);
  trim_common(before, after);
  const std::size_t rows = before.size();
  const std::size_t columns = after.size();
  if ((rows + 1) * (columns + 1) > kMaxCells) {
    return {fmt::format("{} lines become {}", rows, columns)};
  }
  // common[i][j]: length of the longest common subsequence of before[i…] and after[j…].
  std::vector<std::uint32_t> common((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
    return common[i * (columns + 1) + j];
  };
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      at(i, j) = before[i] == after[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
    }
  }
  std::vector<std::string> diff;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && before[i] == after[j]) {
      ++i;
      ++j;
    } else if (i < rows && (j == columns || at(i + 1, j) >= at(i, j + 1))) {
      diff.push_back(fmt::format("- {}", before[i++]));
    } else {
      diff.push_back(fmt::format("+ {}", after[j++]));
    }
  }
  return diff;
}

}  // namespace trimtab::network
