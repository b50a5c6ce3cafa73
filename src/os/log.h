// One line per event to stderr, for people and for journald. Never blocks: where stderr is stuck, lines are
// dropped, and the next one that gets out says how many.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace trimtab::os {

enum class Severity : std::uint8_t { error, warning, notice, info };

class Log {
 public:
  // Under journald each line carries its severity ("<3>"), else "error: " or "warning: " where it is one.
  explicit Log(int descriptor = 2);

  // Newlines in `text` become spaces; a line is cut at 2 kB.
  void line(Severity severity, std::string_view text);

  std::uint64_t dropped() const { return dropped_; }

 private:
  std::string prefix(Severity severity) const;
  bool write(std::string_view line);

  int descriptor_;
  bool journal_;
  std::uint64_t dropped_ = 0;
  std::uint64_t reported_ = 0;  // of those that were dropped
};

}  // namespace trimtab::os
