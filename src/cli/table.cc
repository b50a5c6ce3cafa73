#include "cli/table.h"

#include <algorithm>

#include "cli/command.h"
#include "util/check.h"

namespace trimtab::cli {
namespace {

// Characters, not bytes: UTF-8's continuation bytes take no place on the screen.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

const char* code(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::dim:
      return "\033[2m";
    case Colour::bold:
      return "\033[1m";
    case Colour::green:
      return "\033[32m";
    case Colour::yellow:
      return "\033[33m";
    case Colour::red:
      return "\033[31m";
  }
  return "";
}

}  // namespace

std::string coloured(Colour colour, const std::string& text) {
  if (colour == Colour::none || text.empty() || !use_colour()) return text;
  return code(colour) + text + "\033[0m";
}

void Table::add(std::vector<Cell> row) {
  TRIMTAB_CHECK(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

std::string Table::text() const {
  std::vector<std::vector<Cell>> lines;
  lines.emplace_back();
  for (const Column& column : columns_) lines.front().emplace_back(column.title, Colour::dim);
  lines.insert(lines.end(), rows_.begin(), rows_.end());

  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i].text));
  }

  std::string out;
  for (const auto& line : lines) {
    std::string pending;  // padding is written only when something follows: no trailing blanks
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width(line[i].text), ' ');
      if (columns_[i].align == Align::right) pending += padding;
      if (!line[i].text.empty()) {
        out += pending + coloured(line[i].colour, line[i].text);
        pending.clear();
      }
      if (columns_[i].align == Align::left) pending += padding;
      pending += "  ";
    }
    out += '\n';
  }
  return out;
}

}  // namespace trimtab::cli
