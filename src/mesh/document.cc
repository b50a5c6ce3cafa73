#include "mesh/document.h"

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/core.h>
#include <toml++/toml.h>

#include <algorithm>

#include "mesh/toml_guard.h"

namespace trimtab::mesh {
namespace {

// A text with more broken lines than this is not a mesh file with typing errors.
constexpr int kMaxBrokenLines = 20;

Position position_of(const toml::source_position& position) {
  return {static_cast<int>(position.line), static_cast<int>(position.column)};
}

Value convert(const toml::node& node);

Table convert_table(const toml::table& table) {
  Table entries;
  entries.reserve(table.size());
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), position_of(key.source().begin), convert(node)});
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.at < b.at; });
  return entries;
}

Array convert_array(const toml::array& array) {
  Array items;
  items.reserve(array.size());
  for (const toml::node& node : array) items.push_back(convert(node));
  return items;
}

Value convert(const toml::node& node) {
  Value value{position_of(node.source().begin), position_of(node.source().end), Unread{}};
  switch (node.type()) {
    case toml::node_type::table:
      value.content = convert_table(*node.as_table());
      break;
    case toml::node_type::array:
      value.content = convert_array(*node.as_array());
      break;
    case toml::node_type::string:
      value.content = node.as_string()->get();
      break;
    case toml::node_type::integer:
      value.content = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      value.content = node.as_floating_point()->get();
      break;
    case toml::node_type::boolean:
      value.content = node.as_boolean()->get();
      break;
    default:
      break;
  }
  return value;
}

// toml++ says "Error while parsing key-value pair: cannot redefine existing string 'name'".
std::string describe(std::string_view said) {
  constexpr std::string_view kLead = "Error while parsing ";
  constexpr std::string_view kRedefine = "cannot redefine existing ";
  if (const std::size_t at = said.find(kRedefine); at != std::string_view::npos) {
    const std::string_view kind = said.substr(at + kRedefine.size());
    const std::string_view twice = kind.substr(std::min(kind.find('\''), kind.size()));
    const std::string_view name = twice.substr(0, twice.find('\'', 1) + 1);
    const bool headed = kind.starts_with("table") || kind.starts_with("array");
    const bool in_two_ways = headed && name.size() < twice.size();
    if (in_two_ways || (headed && (name == "'site'" || name == "'link'")))
      return fmt::format("{} stands under another head above; every site and link has [[ ]], all else [ ]",
                         name);
    if (!name.empty()) return fmt::format("{} is already there; keep one of the two", name);
  }
  if (said.substr(0, kLead.size()) == kLead) said.remove_prefix(kLead.size());
  return fmt::format("not TOML: {}; strings stand in quotes, one key = value on a line", said);
}

// Where a line of the text begins and ends, its line break excluded.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Extent line_from(std::string_view text, std::size_t begin) {
  return {begin, std::min(text.find('\n', begin), text.size())};
}

Extent line_extent(std::string_view text, int line) {
  Extent extent = line_from(text, 0);
  for (int i = 1; i < line && extent.end < text.size(); ++i) extent = line_from(text, extent.end + 1);
  return extent;
}

char first_character(std::string_view text, Extent line) {
  const std::size_t at = text.find_first_not_of(" \t\r", line.begin);
  return at < line.end ? text[at] : '\0';
}

void blank(std::string& text, Extent line) {
  std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(line.begin), line.end - line.begin, ' ');
}

// Blanks a line, and with a header the lines below it, which would else go to another table. Returns the next
// line that has something on it: a second mistake there is most likely a consequence of this one.
int pass_over(std::string& text, int line) {
  Extent extent = line_extent(text, line);
  const bool header = first_character(text, extent) == '[';
  blank(text, extent);
  while (extent.end < text.size()) {
    extent = line_from(text, extent.end + 1);
    ++line;
    const char first = first_character(text, extent);
    if (first == '\0') continue;
    if (!header || first == '[') return line;
    blank(text, extent);
  }
  return line + 1;
}

}  // namespace

const Entry* find_entry(const Table& table, std::string_view key) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Entry& entry) { return entry.key == key; });
  return found == table.end() ? nullptr : &*found;
}

std::optional<Document> read_document(std::string_view text, Mistakes& mistakes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());

  std::string readable(text);
  Document document;
  // From a broken line to the last in which a mistake may be a consequence.
  std::vector<std::pair<int, int>> consequences;
  for (int broken = 0; broken < kMaxBrokenLines; ++broken) {
    // Each time, for what is left may have other strings and nesting than the whole had.
    std::optional<Refusal> found = guard_toml(readable);
    if (found && found->reach == Refusal::Reach::file) {
      if (broken == 0) mistakes.error(found->at, found->text);
      return std::nullopt;
    }
    if (!found) {
      try {
        document.root = convert_table(toml::parse(readable));
        return document;
      } catch (const toml::parse_error& error) {
        found = Refusal{position_of(error.source().begin), describe(error.description()),
                        Refusal::Reach::next_line};
      }
    }
    const int line = found->at.line;
    for (const auto& [from, to] : consequences) {
      if (from <= line && line <= to) return std::nullopt;
    }
    mistakes.error(found->at, found->text);
    document.incomplete = true;
    const int next = pass_over(readable, line);
    consequences.emplace_back(line, found->reach == Refusal::Reach::line ? line : next);
  }
  return std::nullopt;
}

}  // namespace trimtab::mesh
