// A connected UNIX socket with bounded buffers that never blocks: a client of ours, or our connection to
// BIRD.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/descriptor.h"
#include "util/units.h"

namespace trimtab::os {

class UnixStream {
 public:
  // At once or not at all: ENOENT (no such file), ECONNREFUSED (nobody listens), EAGAIN (its queue is full).
  static Result<UnixStream> connect(const std::string& path);

  explicit UnixStream(Descriptor connected) : socket_(std::move(connected)) {}

  int descriptor() const { return socket_.number(); }

  // Who is at the other end, as the kernel knows it from when it connected; absent where it does not say.
  struct Peer {
    pid_t process = 0;
    uid_t uid = 0;
    std::vector<gid_t> groups;  // its own and its further ones
  };
  std::optional<Peer> peer() const;

  struct Received {
    std::string bytes;    // may be empty
    bool closed = false;  // by the other end or by an error; nothing more will come
  };
  // What has come, at most 64 KiB in one call.
  Received read();

  // Sends as much as goes and keeps the rest for flush(). False where the connection is broken, or where more
  // than `limit` bytes would be waiting, as with a client that never reads: then the caller drops it.
  [[nodiscard]] bool write(std::string_view bytes, std::size_t limit = kWaitingLimit);
  [[nodiscard]] bool flush();  // when writable; false as above
  bool wants_write() const { return !waiting_.empty(); }

  // The largest answer (status of 200 links) is about 300 kB.
  static constexpr std::size_t kWaitingLimit = 4U << 20U;

 private:
  Descriptor socket_;
  std::string waiting_;
};

// For commands: sends `request`, waits for one line of answer (without its newline). Blocks, but no longer
// than `limit`; an answer of more than `size_limit` bytes is an error.
struct AskLimits {
  Duration time = std::chrono::seconds{5};
  std::size_t size = 16U << 20U;
};
Result<std::string> ask(const std::string& path, std::string_view request, const AskLimits& limits = {});

}  // namespace trimtab::os
