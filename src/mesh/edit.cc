#include "mesh/edit.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "mesh/document.h"
#include "mesh/parse.h"
#include "mesh/public_key.h"

namespace trimtab::mesh {
namespace {

// The lines of a text with their line breaks, so that joining them gives the text back.
std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, ""));
}

bool is_blank(const std::string& line) {
  return line.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::size_t index_of(int line) {
  return static_cast<std::size_t>(line - 1);
}

// The last line that a table's values reach.
int last_line(const Value& block) {
  int last = block.begin.line;
  for (const Entry& entry : *block.table()) last = std::max({last, entry.at.line, entry.value.end.line});
  return last;
}

// Null where the table has no such text.
const std::string* text_of(const Value& table, std::string_view key) {
  const Entry* entry = find_entry(*table.table(), key);
  return entry == nullptr ? nullptr : entry->value.string();
}

std::optional<PublicKey> key_of(const Value& site) {
  const std::string* text = text_of(site, "public_key");
  if (text == nullptr) return std::nullopt;
  const auto key = parse_public_key(*text);
  return key ? std::optional(*key) : std::nullopt;
}

// A mesh file as it can be edited: its tree for the places, its lines for the bytes.
struct Source {
  Document document;
  std::vector<std::string> lines;
  std::string line_break;

  std::vector<const Value*> blocks(std::string_view key) const {
    std::vector<const Value*> found;
    const Entry* entry = find_entry(document.root, key);
    if (entry == nullptr || entry->value.array() == nullptr) return found;
    for (const Value& value : *entry->value.array()) {
      if (value.table() != nullptr) found.push_back(&value);
    }
    return found;
  }

  const Value* site(std::string_view name) const {
    for (const Value* block : blocks("site")) {
      const std::string* found = text_of(*block, "name");
      if (found != nullptr && *found == name) return block;
    }
    return nullptr;
  }
};

// Blocks under a header of their own begin with its bracket; inline tables do not, and cannot be edited by
// line.
bool has_headers(const Source& source, std::string_view key) {
  const auto blocks = source.blocks(key);
  return std::all_of(blocks.begin(), blocks.end(), [&](const Value* block) {
    const std::string& line = source.lines[index_of(block->begin.line)];
    const std::size_t at = line.find_first_not_of(" \t\xef\xbb\xbf");
    return at != std::string::npos && line.compare(at, 2, "[[") == 0;
  });
}

Result<Source> read_source(std::string_view text) {
  Mistakes mistakes;
  auto document = read_document(text, mistakes);
  if (!document || document->incomplete) {
    const Mistake first = mistakes.take().front();
    return Error{fmt::format("line {}: {}", first.line, first.text), "mend that first: `trimtab check`"};
  }
  Source source{std::move(*document), split_lines(text), "\n"};
  if (!source.lines.empty() && source.lines.front().find("\r\n") != std::string::npos)
    source.line_break = "\r\n";
  for (const char* key : {"site", "link"}) {
    if (!has_headers(source, key)) {
      return Error{fmt::format("{} is written as an array of inline tables", key),
                   fmt::format("head each one with [[{}]], or edit by hand", key)};
    }
  }
  return source;
}

void append(std::vector<std::string>& lines, std::size_t at, const std::string& block,
            const std::string& line_break) {
  std::vector<std::string> added{line_break};
  for (const std::string& line : split_lines(block)) {
    added.push_back(line.substr(0, line.size() - 1) + line_break);
  }
  if (at > 0 && !lines[at - 1].empty() && lines[at - 1].back() != '\n') lines[at - 1] += line_break;
  if (at == 0) added.erase(added.begin());
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), added.begin(), added.end());
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) all.push_back(quoted(text));
  return fmt::format("[{}]", fmt::join(all, ", "));
}

std::string link_block(std::string_view one, std::string_view other) {
  return fmt::format("[[link]]\nbetween = [{}, {}]\n", quoted(one), quoted(other));
}

bool joins(const Value& link, std::string_view site) {
  const Entry* between = find_entry(*link.table(), "between");
  if (between == nullptr || between->value.array() == nullptr) return false;
  const Array& names = *between->value.array();
  return std::any_of(names.begin(), names.end(),
                     [&](const Value& name) { return name.string() != nullptr && *name.string() == site; });
}

Error no_such_site(std::string_view name) {
  return Error{fmt::format("there is no site \"{}\" in the mesh file", name), "see its [[site]] entries"};
}

// Where a position stands in its line, in bytes: columns count characters.
std::size_t byte_in_line(const std::string& line, int column) {
  std::size_t at = line.compare(0, 3, "\xef\xbb\xbf") == 0 ? 3 : 0;
  for (int i = 1; i < column && at < line.size(); ++i) {
    ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xc0) == 0x80) ++at;
  }
  return at;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    // A control character has no business in any value of the mesh file, and would break the line it stands
    // on.
    result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return result + '"';
}

std::string site_block(const NewSite& site) {
  std::string block =
      fmt::format("[[site]]\nname = {}\nid = {}\nasn = {}\n", quoted(site.name), site.id, site.asn);
  if (!site.lan.empty()) block += fmt::format("lan = {}\n", quoted_list(site.lan));
  if (!site.lan_interface.empty()) block += fmt::format("lan_interface = {}\n", quoted(site.lan_interface));
  if (!site.endpoint.empty()) block += fmt::format("endpoint = {}\n", quoted(site.endpoint));
  if (!site.public_key.empty()) block += fmt::format("public_key = {}\n", quoted(site.public_key));
  if (site.wan_mtu != 0) block += fmt::format("wan_mtu = {}\n", site.wan_mtu);
  if (!site.outer.empty()) block += fmt::format("outer = {}\n", quoted(site.outer));
  if (!site.transit) block += "transit = false\n";
  if (site.metered) block += "metered = true\n";
  return block;
}

Result<std::string> add_site(std::string_view text, const NewSite& site) {
  auto source = read_source(text);
  if (!source.ok()) return source.error();
  if (source->site(site.name) != nullptr) {
    return Error{fmt::format("there is a site \"{}\" already", site.name), "choose another name"};
  }
  if (!site.links.empty() && source->blocks("link").empty() && !source->blocks("site").empty()) {
    return Error{"the mesh file has no [[link]], which means a full mesh",
                 "leave --link out, or write a [[link]] for every pair first"};
  }
  std::vector<std::string>& lines = source->lines;
  // Links first: they stand further down, and the sites' places stay what they are.
  for (const std::string& peer : site.links)
    append(lines, lines.size(), link_block(peer, site.name), source->line_break);
  const auto sites = source->blocks("site");
  int after = 0;
  for (const Value* block : sites) after = std::max(after, last_line(*block));
  append(lines, sites.empty() ? lines.size() : static_cast<std::size_t>(after), site_block(site),
         source->line_break);
  return join_lines(lines);
}

Result<std::string> remove_site(std::string_view text, std::string_view name) {
  auto source = read_source(text);
  if (!source.ok()) return source.error();
  const Value* site = source->site(name);
  if (site == nullptr) return no_such_site(name);

  std::vector<const Value*> doomed{site};
  const auto links = source->blocks("link");
  for (const Value* link : links) {
    if (joins(*link, name)) doomed.push_back(link);
  }
  const bool last_link_goes = !links.empty() && doomed.size() == links.size() + 1;
  if (last_link_goes && source->blocks("site").size() > 2) {
    return Error{fmt::format("without \"{}\" there is no [[link]] left, which means a full mesh", name),
                 "write the links of the others first"};
  }
  std::vector<bool> gone(source->lines.size(), false);
  for (const Value* block : doomed) {
    const std::size_t first = index_of(block->begin.line);
    for (std::size_t line = first; line <= index_of(last_line(*block)); ++line) gone[line] = true;
    if (first > 0 && is_blank(source->lines[first - 1])) gone[first - 1] = true;
  }
  std::string result;
  for (std::size_t line = 0; line < gone.size(); ++line) {
    if (!gone[line]) result += source->lines[line];
  }
  return result;
}

std::optional<PublicKey> public_key_of(std::string_view text, std::string_view name) {
  const auto source = read_source(text);
  const Value* site = source ? source->site(name) : nullptr;
  return site == nullptr ? std::nullopt : key_of(*site);
}

std::optional<std::string> site_of_key(std::string_view text, const PublicKey& key) {
  const auto source = read_source(text);
  if (!source) return std::nullopt;
  for (const Value* site : source->blocks("site")) {
    const std::string* name = text_of(*site, "name");
    if (name != nullptr && key_of(*site) == key) return *name;
  }
  return std::nullopt;
}

Result<std::string> set_public_key(std::string_view text, std::string_view name, const PublicKey& key) {
  auto source = read_source(text);
  if (!source.ok()) return source.error();
  const Value* site = source->site(name);
  if (site == nullptr) return no_such_site(name);

  const std::string value = quoted(format_public_key(key));
  std::vector<std::string>& lines = source->lines;
  if (const Entry* entry = find_entry(*site->table(), "public_key")) {
    const Value& old = entry->value;
    if (old.begin.line != old.end.line) {
      return Error{fmt::format("line {}: public_key stands on several lines", old.begin.line),
                   "write it on one"};
    }
    std::string& line = lines[index_of(old.begin.line)];
    const std::size_t begin = byte_in_line(line, old.begin.column);
    line.replace(begin, byte_in_line(line, old.end.column) - begin, value);
    return join_lines(lines);
  }
  const auto at = static_cast<std::size_t>(last_line(*site));
  const std::string& above = lines[at - 1];
  const std::string indent = above.substr(0, above.find_first_not_of(" \t"));
  if (above.back() != '\n') lines[at - 1] += source->line_break;
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at),
               indent + "public_key = " + value + source->line_break);
  return join_lines(lines);
}

}  // namespace trimtab::mesh
