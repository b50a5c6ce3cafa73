#include "bird/reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "util/check.h"

namespace trimtab::bird {
namespace {

bool is_code(std::string_view line) {
  return line.size() >= 5 &&
         std::all_of(line.begin(), line.begin() + 4, [](char c) { return c >= '0' && c <= '9'; }) &&
         (line[4] == '-' || line[4] == ' ');
}

int code_of(std::string_view line) {
  int code = 0;
  for (char digit : line.substr(0, 4)) code = code * 10 + (digit - '0');
  return code;
}

// What BIRD sent, short and printable, for an error message.
std::string excerpt(std::string_view line) {
  std::string text(line.substr(0, 40));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return text;
}

}  // namespace

std::string Reply::message() const {
  TRIMTAB_CHECK(!lines.empty());
  return lines.back().text;
}

Result<std::vector<Reply>> ReplyReader::feed(std::string_view bytes) {
  std::vector<Reply> done;
  while (!broken_ && !bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    rest_ += bytes.substr(0, end);
    if (rest_.size() > kMaxLine) {
      broken_ = Error{"BIRD sent a line of more than 64 kB"};
    } else if (end == std::string_view::npos) {
      break;
    } else if (const auto taken = take_line(rest_, done); !taken) {
      broken_ = taken.error();
    }
    rest_.clear();
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
  }
  if (broken_) return *broken_;
  if (in_parts_ && !reply_.lines.empty()) {
    reply_.more = true;
    done.push_back(std::exchange(reply_, {}));
  }
  return done;
}

Result<void> ReplyReader::take_line(std::string_view line, std::vector<Reply>& done) {
  const bool continues_code = line.starts_with(' ') && code_;
  if (!continues_code && !is_code(line)) {
    return Error{fmt::format("BIRD sent what is no reply: \"{}\"", excerpt(line))};
  }
  if (!continues_code) code_ = code_of(line);
  const bool last = !continues_code && line[4] == ' ';
  reply_size_ += line.size() + 1;
  keep(line.substr(continues_code ? 1 : 5), last);
  if (last) {
    done.push_back(std::exchange(reply_, {}));
    code_.reset();
    reply_size_ = 0;
    in_parts_ = false;
  }
  return {};
}

void ReplyReader::keep(std::string_view text, bool last) {
  const std::size_t limit = in_parts_ ? kMaxInParts : kMaxReply;
  if (reply_size_ <= limit) {
    reply_.lines.push_back({*code_, std::string(text)});
    return;
  }
  reply_.lines.clear();
  if (last)
    reply_.lines.push_back({kTooLong, fmt::format("a reply of more than {} MB", limit / (1024 * 1024))});
}

}  // namespace trimtab::bird
