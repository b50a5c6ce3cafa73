// Reads one table of the mesh file key by key. Each read takes its key off the list of what nobody asked for;
// what is left on it at the end is unknown. A value of the wrong type or out of its range is a mistake and
// reads as absent.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/document.h"
#include "mesh/mistakes.h"
#include "util/address.h"
#include "util/result.h"
#include "util/units.h"

namespace trimtab::mesh {

class TableReader {
 public:
  // `title` names the table in messages: "[mesh]", "[[site]]".
  TableReader(const Table& table, Position at, std::string title, Mistakes& mistakes)
      : table_(table), at_(at), title_(std::move(title)), mistakes_(mistakes) {}

  std::optional<Said<std::string>> string(std::string_view key, std::string_view wanted = "a string");
  std::optional<Said<std::int64_t>> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<Said<double>> number(std::string_view key, double least, double most);
  std::optional<bool> boolean(std::string_view key);
  std::optional<Said<Duration>> duration(std::string_view key, Duration least, Duration most);
  // One of the words; the answer is its index.
  std::optional<Said<std::size_t>> choice(std::string_view key, const std::vector<std::string_view>& words);
  // One string or an array of them.
  std::vector<Said<std::string>> strings(std::string_view key);

  // A string that `parse` understands: parse_rate, parse_prefix, …
  template <typename T>
  std::optional<Said<T>> parsed(std::string_view key, Result<T> (*parse)(std::string_view),
                                std::string_view wanted = "a string") {
    const auto text = string(key, wanted);
    return text ? parsed(key, *text, parse) : std::nullopt;
  }
  template <typename T>
  std::optional<Said<T>> parsed(std::string_view key, const Said<std::string>& text,
                                Result<T> (*parse)(std::string_view)) {
    Result<T> value = parse(text.value);
    if (value.ok()) return Said<T>{std::move(*value), text.at};
    mistakes_.error(text.at, std::string(key) + ": " + value.error().text());
    return std::nullopt;
  }

  const Entry* take(std::string_view key);
  bool has(std::string_view key) const { return find_entry(table_, key) != nullptr; }
  // A mistake where the key is not there at all.
  void require(std::string_view key, std::string_view example);
  void require_some(std::string_view key, std::string_view example);  // nor is its array empty
  // Where `key` stands instead, for keys at home in another table; nothing for any other.
  using Elsewhere = std::string_view (*)(std::string_view key);
  void refuse_unknown(Elsewhere elsewhere = nullptr);

  Mistakes& mistakes() { return mistakes_; }
  Position at() const { return at_; }

 private:
  void wrong_type(const Entry& entry, const Value& value, std::string_view wanted);

  const Table& table_;
  Position at_;
  std::string title_;
  Mistakes& mistakes_;
  std::vector<std::string_view> known_;
};

}  // namespace trimtab::mesh
