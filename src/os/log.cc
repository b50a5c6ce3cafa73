#include "os/log.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

namespace trimtab::os {
namespace {

// Below PIPE_BUF: a pipe that is writable takes that much without blocking, and in one piece.
constexpr std::size_t kLongest = 2048;

// syslog's numbers, which journald reads at the beginning of a line (sd-daemon(3)).
int number_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return 3;
    case Severity::warning:
      return 4;
    case Severity::notice:
      return 5;
    case Severity::info:
      return 6;
  }
  return 6;
}

const char* word_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error: ";
    case Severity::warning:
      return "warning: ";
    case Severity::notice:
    case Severity::info:
      return "";
  }
  return "";
}

std::string one_line(std::string prefix, std::string_view text) {
  std::string line = std::move(prefix);
  line += text.substr(0, kLongest - line.size() - 1);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  line += '\n';
  return line;
}

}  // namespace

Log::Log(int descriptor) : descriptor_(descriptor), journal_(::getenv("JOURNAL_STREAM") != nullptr) {}

void Log::line(Severity severity, std::string_view text) {
  if (dropped_ > reported_) {
    const std::string excuse =
        fmt::format("{} lines were lost here, because nobody read them", dropped_ - reported_);
    if (write(one_line(prefix(Severity::warning), excuse))) reported_ = dropped_;
  }
  if (!write(one_line(prefix(severity), text))) ++dropped_;
}

std::string Log::prefix(Severity severity) const {
  return journal_ ? fmt::format("<{}>", number_of(severity)) : word_of(severity);
}

// O_NONBLOCK would hold for everybody who shares the descriptor, the operator's shell included. So a socket
// is told per message, and everything else is asked first.
bool Log::write(std::string_view line) {
  ssize_t count = ::send(descriptor_, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (count < 0 && errno == ENOTSOCK) {
    pollfd waiting{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    if (::poll(&waiting, 1, 0) <= 0 || (waiting.revents & POLLOUT) == 0) return false;
    count = ::write(descriptor_, line.data(), line.size());
  }
  return count == static_cast<ssize_t>(line.size());
}

}  // namespace trimtab::os
