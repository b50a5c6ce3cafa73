// BIRD's control socket, the framing alone: bytes in, whole replies out. A line is "dddd-text" (more
// follows), "dddd text" (the last) or " text" (another line under the code before). Several replies may come
// in one read, and one reply in many.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/result.h"

namespace trimtab::bird {

struct ReplyLine {
  int code = 0;
  std::string text;  // without code and line end
};

struct Reply {
  std::vector<ReplyLine> lines;  // never empty
  bool more = false;             // a part: the rest of the reply is still to come

  int code() const { return lines.back().code; }  // the final one: what became of the command
  bool failed() const { return code() >= 8000; }  // 8xxx: the run of it failed, 9xxx: not understood
  std::string message() const;                    // the last line's text
};

// Reply codes that we decide by.
inline constexpr int kWelcome = 1;
inline constexpr int kReconfigured = 3;
inline constexpr int kReconfiguring = 4;  // accepted, still at it
inline constexpr int kQueued = 5;         // accepted, after the one under way
inline constexpr int kShuttingDown = 6;   // ignored
inline constexpr int kCheckFine = 20;
inline constexpr int kEvaluated = 23;
inline constexpr int kNoSuchRoute = 8001;
inline constexpr int kNoSuchProtocol = 8003;
// Not BIRD's: a reply that was longer than we listen. Its lines are gone, its last one says so.
inline constexpr int kTooLong = 10'000;

class ReplyReader {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;
  // Kept until it is whole, so it bounds the memory that a reply takes.
  static constexpr std::size_t kMaxReply = 1024 * 1024;
  // In parts nothing is kept. A reading of routes (routes_reading.h) is 95 bytes a route: 200 sites that all
  // peer with each other have 40,000 of them.
  static constexpr std::size_t kMaxInParts = 4 * 1024 * 1024;

  // The next reply is given out as it comes, and what it holds is left to the caller.
  void give_next_in_parts() { in_parts_ = true; }

  // Replies that these bytes complete, or bring on in parts. An error means that the other side does not
  // speak BIRD's protocol; replies that came before it are lost too, and the reader stays in error.
  Result<std::vector<Reply>> feed(std::string_view bytes);

 private:
  Result<void> take_line(std::string_view line, std::vector<Reply>& done);
  void keep(std::string_view text, bool last);

  std::string rest_;  // an unfinished line
  Reply reply_;
  std::optional<int> code_;  // of the reply's line before
  bool in_parts_ = false;
  std::size_t reply_size_ = 0;
  std::optional<Error> broken_;
};

}  // namespace trimtab::bird
