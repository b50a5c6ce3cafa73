// Who asks us over our socket: bounded in number, in bytes and in time, so that none of them costs the probes
// anything.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/event.h"
#include "os/loop.h"
#include "os/unix_listener.h"

namespace trimtab::daemon {

class Clients {
 public:
  // A command asks once and goes; a page that watches keeps one connection.
  static constexpr std::size_t kMost = 64;
  static constexpr Duration kIdle = std::chrono::seconds{30};

  Clients(os::Loop& loop, os::UnixListener listener) : loop_(loop), listener_(std::move(listener)) {}

  Result<void> listen(os::Token token) { return loop_.watch(listener_.descriptor(), token); }

  // Whoever is waiting to be let in.
  void accept(MonotonicTime now);

  // Whole requests that a client has sent.
  std::vector<engine::Asked> read(engine::Client client, MonotonicTime now);
  void flush(engine::Client client);
  void answer(engine::Client client, const std::string& line);

  void drop_idle(MonotonicTime now);
  std::optional<MonotonicTime> next_deadline() const;

  // Clients' tokens are at least this, so that a token tells whose it is.
  static constexpr os::Token kFirstToken = 1000;

 private:
  struct Connection {
    os::UnixStream stream;
    std::string unread;  // the beginning of a request
    MonotonicTime last_heard;
  };

  void drop(engine::Client client);
  void watch(engine::Client client, const Connection& connection);

  os::Loop& loop_;
  os::UnixListener listener_;
  std::map<engine::Client, Connection> connections_;
  engine::Client next_ = kFirstToken;
};

}  // namespace trimtab::daemon
