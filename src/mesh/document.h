// The mesh file as a tree of values that know where they stand. The only file behind which toml++ is known;
// what its keys mean is the readers' business.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mesh/mistakes.h"

namespace trimtab::mesh {

struct Value;
struct Entry;
using Array = std::vector<Value>;
using Table = std::vector<Entry>;  // in the order of the file
struct Unread {                    // dates and times: nothing in the mesh file has one
};

struct Value {
  Position begin;  // of a [header], its bracket
  Position end;    // one past the last character; of a table from a [header], unset
  std::variant<Unread, std::string, std::int64_t, double, bool, Array, Table> content;

  const Table* table() const { return std::get_if<Table>(&content); }
  const Array* array() const { return std::get_if<Array>(&content); }
  const std::string* string() const { return std::get_if<std::string>(&content); }
};

struct Entry {
  std::string key;
  Position at;
  Value value;
};

const Entry* find_entry(const Table& table, std::string_view key);

struct Document {
  Table root;
  // True where lines had to be passed over to read on. What seems to be missing may stand on one of them.
  bool incomplete = false;
};

// Nothing where the text cannot be read at all; every reason is in `mistakes`.
std::optional<Document> read_document(std::string_view text, Mistakes& mistakes);

}  // namespace trimtab::mesh
