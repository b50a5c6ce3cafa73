#include "mesh/toml_guard.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "mesh/parse.h"
#include "util/printable.h"

namespace trimtab::mesh {
namespace {

constexpr char32_t kInvalid = 0xffffffff;

// One character of UTF-8 at the front; `length` is how many bytes it takes. Overlong forms, surrogates and
// what is above U+10FFFF are invalid.
char32_t decode(std::string_view text, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  length = 1;
  if (byte(0) < 0x80) return byte(0);
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (byte(0) < 0xc2 || byte(0) > 0xf4 || text.size() < size) return kInvalid;
  char32_t value = byte(0) & (0xffu >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return kInvalid;
    value = value << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[size] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return kInvalid;
  length = size;
  return value;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool starts_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' ||
         c == '"' || c == '\'';
}

// What TOML has beside it, dates and times, no file of ours has, and toml++ asserts about them what a file
// need not hold.
bool is_number(std::string_view word) {
  if (word.starts_with('+') || word.starts_with('-')) word.remove_prefix(1);
  if (word == "inf" || word == "nan") return true;
  if (word.empty() || !is_digit(word.front())) return false;
  if (word.starts_with("0x") || word.starts_with("0o") || word.starts_with("0b"))
    return word.find_first_not_of("0123456789abcdefABCDEF_", 2) == std::string_view::npos;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool sign = word[i] == '+' || word[i] == '-';
    const bool exponent = word[i] == 'e' || word[i] == 'E';
    if (sign && word[i - 1] != 'e' && word[i - 1] != 'E') return false;
    if (!sign && !exponent && !is_digit(word[i]) && word[i] != '.' && word[i] != '_') return false;
  }
  return true;
}

// As other formats write it.
bool means_a_boolean(std::string_view word) {
  constexpr std::string_view kWords[] = {"true", "false", "yes", "no", "on", "off"};
  const auto same = [](char one, char other) { return (one | 0x20) == other; };
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view known) {
    return std::equal(word.begin(), word.end(), known.begin(), known.end(), same);
  });
}

// What a merge that is not settled leaves at the beginning of a line.
bool marks_a_conflict(std::string_view text) {
  constexpr std::string_view kMarks[] = {"<<<<<<<", "|||||||", "=======", ">>>>>>>"};
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](std::string_view mark) { return text.starts_with(mark); });
}

// Walks the text once, and knows of TOML only where strings, comments, headers and bare values begin and end.
class Guard {
  using Reach = Refusal::Reach;

 public:
  explicit Guard(std::string_view text) : text_(text) {}

  std::optional<Refusal> run() {
    while (fine() && offset_ < text_.size()) step();
    return refusal_;
  }

 private:
  struct Bracket {
    char kind;
    Position at;
    bool first_on_line;
  };

  bool fine() const { return !refusal_; }
  bool at(std::string_view what) const { return text_.substr(offset_, what.size()) == what; }

  void refuse(std::string text) { refuse(position_, std::move(text), Reach::file); }
  void refuse(Position at, std::string text, Reach reach) { refusal_ = Refusal{at, std::move(text), reach}; }

  // Takes one character, whatever it is part of.
  void take(bool ascii_only) {
    std::size_t length = 1;
    const char32_t c = decode(text_.substr(offset_), length);
    if (c == kInvalid) return refuse("not UTF-8; save the file as UTF-8 text");
    if (c == 0) return refuse("a NUL byte; a mesh file is plain text");
    if (c == '\r' && !at("\r\n")) return refuse("a carriage return alone; end lines with LF or CR LF");
    if (c >= 0x80 && ascii_only) {
      return refuse(fmt::format("character U+{:04X} outside quotes; write plain ASCII there (quotes are \")",
                                static_cast<std::uint32_t>(c)));
    }
    offset_ += length;
    ++position_.column;
    if (c == '\n') position_ = {position_.line + 1, 1};
  }

  void take_comment() {
    while (fine() && offset_ < text_.size() && text_[offset_] != '\n') take(false);
  }

  // A string of either kind, on one line or on many.
  void take_string() {
    const Position begin = position_;
    const char quote = text_[offset_];
    const std::string triple(3, quote);
    const bool many_lines = at(triple);
    for (int i = 0; i < (many_lines ? 3 : 1); ++i) take(true);
    while (fine() && offset_ < text_.size()) {
      if (many_lines ? at(triple) : text_[offset_] == quote) {
        // Up to two quotes more belong to the end of a string on many lines.
        for (int i = 0; i < (many_lines ? 5 : 1) && offset_ < text_.size() && text_[offset_] == quote; ++i)
          take(true);
        return;
      }
      if (!many_lines && text_[offset_] == '\n') break;
      if (quote == '"' && text_[offset_] == '\\' && !take_backslash(many_lines)) continue;
      if (fine() && offset_ < text_.size() && (many_lines || text_[offset_] != '\n')) take(false);
    }
    if (!fine()) return;
    if (many_lines)
      return refuse(begin, fmt::format("a string that does not end; close it with {}", triple), Reach::file);
    refuse(begin, fmt::format("a string that does not end on its line; close it with {}", quote),
           Reach::next_line);
  }

  // And the blanks by which a text goes on in the next line; false: there were some, and nothing after them
  // is escaped. toml++ asks of the next letter whether it is a blank, and has no answer for many outside
  // ASCII.
  bool take_backslash(bool many_lines) {
    take(true);
    const std::size_t after = offset_;
    while (many_lines && fine() && offset_ < text_.size() && is_blank(text_[offset_])) take(true);
    if (fine() && offset_ < text_.size() && static_cast<std::uint8_t>(text_[offset_]) >= 0x80)
      refuse(
          "a letter outside ASCII after a backslash; write a backslash as \\\\, and such text on one line");
    return offset_ == after;
  }

  // Elsewhere toml++ takes a quote or a bracket for a part of the word, and what follows for letters outside
  // strings.
  bool may_begin() const {
    return offset_ == 0 || std::string_view(" \t\n=,[{").find(text_[offset_ - 1]) != std::string_view::npos;
  }

  // As the second part of a key, a."b".
  bool may_begin_part() const { return !in_value_ && !in_array() && text_[offset_ - 1] == '.'; }

  bool in_array() const { return !open_.empty() && open_.back().kind == '['; }

  void take_header() {
    const Position bracket = position_;
    take(true);
    if (at("[")) take(true);
    while (at(" ") || at("\t")) take(true);
    if (offset_ >= text_.size() || !(starts_key(text_[offset_]) || text_[offset_] == ']')) {
      position_ = bracket;
      refuse("a table's header that is not complete; write [mesh], [tuning], [[site]] or [[link]]");
    }
    in_header_ = true;
  }

  // What an array has in further lines makes no sense without its first.
  Reach reach_of_value() const { return open_.empty() ? Reach::line : Reach::next_line; }

  // As many brackets as were opened, and nothing after them: an array in an array has a comma there, or its
  // end.
  static bool ends_a_head(std::string_view rest, std::size_t opened) {
    rest = rest.substr(0, rest.find_first_of("#\r\n"));
    while (!rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) rest.remove_suffix(1);
    return rest == std::string(opened, ']');
  }

  bool at_bare_value() const {
    constexpr std::string_view kOthers = " \t\r\n,=[]{}\"'#";
    return (in_value_ || in_array()) && kOthers.find(text_[offset_]) == std::string_view::npos;
  }

  void take_bare_value() {
    const Position begin = position_;
    const std::size_t from = offset_;
    while (fine() && offset_ < text_.size() && at_bare_value()) take(true);
    const std::string_view word = text_.substr(from, offset_ - from);
    if (!fine() || word == "true" || word == "false" || is_number(word)) return;
    constexpr std::size_t kShown = 40;
    const std::string shown = printable(word.substr(0, kShown));
    if (is_digit(word.front()) || word.front() == '+' || word.front() == '-')
      return refuse(begin, shown + " is no number; text, dates and times stand in quotes", reach_of_value());
    const std::size_t next = text_.find_first_not_of(" \t", offset_);
    const bool goes_on = next != std::string_view::npos &&
                         std::string_view("=\"'[{").find(text_[next]) != std::string_view::npos;
    if (goes_on) return;  // which is the greater mistake, or this is a key
    if (open_.size() > 1 && open_[1].first_on_line && open_[1].at.line == begin.line &&
        ends_a_head(text_.substr(offset_), open_.size() - 1)) {
      return refuse(open_.front().at,
                    fmt::format("a {} that is not closed before the head of a table in line {}; close it",
                                open_.front().kind, begin.line),
                    Reach::next_line);
    }
    refuse(begin,
           shown + (means_a_boolean(word) ? " is not TOML; write true or false"
                                          : " is no value; text stands in quotes"),
           reach_of_value());
  }

  void nest(char bracket, bool first_on_line) {
    if (!may_begin()) return refuse("a bracket in the middle of a word");
    dots_ = 0;
    in_value_ = false;
    open_.push_back({bracket, position_, first_on_line});
    if (open_.size() > static_cast<std::size_t>(kMaxNesting))
      refuse(fmt::format("nested more than {} deep", kMaxNesting));
  }

  // toml++ wants a value where it meets the wrong one. One too many it names itself.
  void unnest(char bracket) {
    if (open_.empty()) return;
    if ((bracket == ']') != in_array())
      return refuse(fmt::format("a {} that closes a {}", bracket, open_.back().kind));
    open_.pop_back();
  }

  // A word that goes on after = is one to toml++, quotes and all.
  void assign() {
    dots_ = 0;
    if (in_array()) {
      return refuse(
          open_.back().at,
          fmt::format("an array that is not closed before the = in line {}; close it with ]", position_.line),
          Reach::next_line);
    }
    if (in_value_)
      return refuse("an = inside a value; text stands in quotes, and every key on a line of its own");
    in_value_ = true;
  }

  void step() {
    const char c = text_[offset_];
    const bool first_on_line = at_line_start_;
    if (position_.column == 1 && marks_a_conflict(text_.substr(offset_)))
      return refuse("a merge's conflict that is not settled; keep one of its two sides, without the marks");
    if (c != ' ' && c != '\t') at_line_start_ = false;
    if (c == '#') return take_comment();
    if (c == '"' || c == '\'')
      return may_begin() || may_begin_part()
                 ? take_string()
                 : refuse("a quote in the middle of a word; text stands in quotes");
    if (c == '[' && first_on_line && open_.empty()) return take_header();
    if (at_bare_value()) return take_bare_value();
    if ((c == '[' || c == '{') && !in_header_) nest(c, first_on_line);
    if ((c == ']' || c == '}') && !in_header_) unnest(c);
    if (c == '=') assign();
    if (c == ',' || c == '\n') {
      dots_ = 0;
      in_value_ = false;
    }
    if (c == '.' && ++dots_ >= kMaxNesting) refuse(fmt::format("a key of more than {} parts", kMaxNesting));
    if (c == '\n') {
      at_line_start_ = true;
      in_header_ = false;
    }
    if (fine()) take(true);
  }

  std::string_view text_;
  std::optional<Refusal> refusal_;
  std::size_t offset_ = 0;
  Position position_{};
  bool at_line_start_ = true;
  bool in_header_ = false;
  bool in_value_ = false;      // after a key's =, up to the next key
  std::vector<Bracket> open_;  // the innermost last
  int dots_ = 0;
};

}  // namespace

std::optional<Refusal> guard_toml(std::string_view text) {
  if (text.size() > kMaxFileSize) {
    return Refusal{{},
                   fmt::format("the file has {} bytes and a mesh file at most {}; is it the right file?",
                               text.size(), kMaxFileSize)};
  }
  return Guard(text).run();
}

}  // namespace trimtab::mesh
