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
inline constexpr int kNoSuchRoute = 8001;
inline constexpr int kNoSuchProtocol = 8003;

class ReplyReader {
 public:
  static constexpr std::size_t kMaxLine = 64 * 1024;
  static constexpr std::size_t kMaxReply = 1024 * 1024;

  // Replies that these bytes complete. An error means that the other side does not speak BIRD's protocol;
  // replies that came before it are lost too, and the reader stays in error.
  Result<std::vector<Reply>> feed(std::string_view bytes);

 private:
  Result<void> take_line(std::string_view line, std::vector<Reply>& done);

  std::string rest_;  // an unfinished line
  Reply reply_;
  std::size_t reply_size_ = 0;
  std::optional<Error> broken_;
};

}  // namespace trimtab::bird
