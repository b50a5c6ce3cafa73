#include "mesh/table_reader.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "mesh/nearest.h"

namespace trimtab::mesh {
namespace {

std::string_view type_name(const Value& value) {
  constexpr std::string_view kNames[] = {"a date or time", "a string", "a whole number", "a decimal number",
                                         "true or false",  "an array", "a table"};
  return kNames[value.content.index()];
}

}  // namespace

const Entry* TableReader::take(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  return find_entry(table_, key);
}

void TableReader::wrong_type(const Entry& entry, const Value& value, std::string_view wanted) {
  const bool quotes_would_do = wanted == "a string" && (std::holds_alternative<std::int64_t>(value.content) ||
                                                        std::holds_alternative<double>(value.content) ||
                                                        std::holds_alternative<bool>(value.content));
  const std::string_view fix = quotes_would_do  ? "; put it in quotes"
                               : value.string() ? "; take the quotes away"
                                                : "";
  mistakes_.error(value.begin,
                  fmt::format("{} must be {}, and is {}{}", entry.key, wanted, type_name(value), fix));
}

std::optional<Said<std::string>> TableReader::string(std::string_view key, std::string_view wanted) {
  const Entry* entry = take(key);
  if (entry == nullptr) return std::nullopt;
  if (const std::string* text = entry->value.string()) return Said<std::string>{*text, entry->value.begin};
  wrong_type(*entry, entry->value, wanted);
  return std::nullopt;
}

std::optional<Said<std::int64_t>> TableReader::integer(std::string_view key, std::int64_t least,
                                                       std::int64_t most) {
  const Entry* entry = take(key);
  if (entry == nullptr) return std::nullopt;
  const std::int64_t* value = std::get_if<std::int64_t>(&entry->value.content);
  if (value == nullptr) {
    wrong_type(*entry, entry->value, "a whole number");
    return std::nullopt;
  }
  if (*value < least || *value > most) {
    mistakes_.error(entry->value.begin, fmt::format("{} is {}; write {} to {}", key, *value, least, most));
    return std::nullopt;
  }
  return Said<std::int64_t>{*value, entry->value.begin};
}

std::optional<Said<double>> TableReader::number(std::string_view key, double least, double most) {
  const Entry* entry = take(key);
  if (entry == nullptr) return std::nullopt;
  double value = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&entry->value.content)) {
    value = static_cast<double>(*whole);
  } else if (const auto* decimal = std::get_if<double>(&entry->value.content)) {
    value = *decimal;
  } else {
    wrong_type(*entry, entry->value, "a number");
    return std::nullopt;
  }
  if (!std::isfinite(value) || value < least || value > most) {
    mistakes_.error(entry->value.begin, fmt::format("{} is {}; write {} to {}", key, value, least, most));
    return std::nullopt;
  }
  return Said<double>{value, entry->value.begin};
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const Entry* entry = take(key);
  if (entry == nullptr) return std::nullopt;
  if (const bool* value = std::get_if<bool>(&entry->value.content)) return *value;
  wrong_type(*entry, entry->value, "true or false");
  return std::nullopt;
}

std::optional<Said<Duration>> TableReader::duration(std::string_view key, Duration least, Duration most) {
  const auto value = parsed(key, &parse_duration, "a duration in quotes, like \"15s\"");
  if (!value || (value->value >= least && value->value <= most)) return value;
  mistakes_.error(value->at,
                  fmt::format("{} is {}; write \"{}\" to \"{}\"", key, format_duration(value->value),
                              format_duration(least), format_duration(most)));
  return std::nullopt;
}

std::optional<Said<std::size_t>> TableReader::choice(std::string_view key,
                                                     const std::vector<std::string_view>& words) {
  const auto text = string(key);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), text->value);
  if (found != words.end())
    return Said<std::size_t>{static_cast<std::size_t>(found - words.begin()), text->at};
  mistakes_.error(text->at,
                  fmt::format("{} is \"{}\"; write \"{}\"", key, text->value, fmt::join(words, "\" or \"")));
  return std::nullopt;
}

std::vector<Said<std::string>> TableReader::strings(std::string_view key) {
  const Entry* entry = take(key);
  std::vector<Said<std::string>> texts;
  if (entry == nullptr) return texts;
  if (const std::string* one = entry->value.string()) return {{*one, entry->value.begin}};
  if (entry->value.array() == nullptr) {
    wrong_type(*entry, entry->value, "a string or an array of strings");
    return texts;
  }
  for (const Value& item : *entry->value.array()) {
    if (const std::string* text = item.string()) {
      texts.push_back({*text, item.begin});
    } else {
      wrong_type(*entry, item, "a string");
    }
  }
  return texts;
}

void TableReader::require(std::string_view key, std::string_view example) {
  if (!has(key)) mistakes_.error(at_, fmt::format("{} has no {}; add a line like {}", title_, key, example));
}

void TableReader::require_some(std::string_view key, std::string_view example) {
  require(key, example);
  const Entry* entry = find_entry(table_, key);
  if (entry == nullptr) return;
  if (const Array* list = entry->value.array(); list != nullptr && list->empty())
    mistakes_.error(entry->value.begin, fmt::format("{} is empty; write something like {}", key, example));
}

void TableReader::refuse_unknown(Elsewhere elsewhere) {
  for (const Entry& entry : table_) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::string_view home = elsewhere ? elsewhere(entry.key) : std::string_view();
    const std::string meant = nearest(entry.key, known_);
    std::string fix;
    if (!home.empty()) {
      fix = fmt::format("; it belongs in {}", home);
    } else if (!meant.empty()) {
      fix = fmt::format("; did you mean {}?", meant);
    } else {
      std::sort(known_.begin(), known_.end());
      fix = fmt::format("; known are {}", fmt::join(known_, ", "));
    }
    mistakes_.error(entry.at, fmt::format("unknown key \"{}\" in {}{}", entry.key, title_, fix));
  }
}

}  // namespace trimtab::mesh
