// Who asks us over our socket: bounded in number, in bytes and in time, so that none of them costs the probes
// anything, or the next one his answer.
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
  // From the first byte of a request to its last.
  static constexpr Duration kSlowest = std::chrono::seconds{10};
  // Let in before those that are in are heard: somebody who connects and asks is not pushed out by a crowd.
  static constexpr std::size_t kAtOnce = 16;
  // What is left of the process's descriptors when clients have all of theirs: BIRD's socket and the files.
  static constexpr std::size_t kDescriptorsKept = 24;
  static constexpr Duration kComplaintPace = std::chrono::minutes{1};

  Clients(os::Loop& loop, os::UnixListener listener);

  Result<void> listen(os::Token token);

  // Puts the socket's file there again where somebody removed it. What there is to say of it, once each time.
  std::optional<std::string> stay_reachable();

  // Whoever is waiting to be let in. Where all places are taken, the one that was silent for longest goes.
  void accept(MonotonicTime now);
  // Who was refused since this was last told, at most once a minute; absent: nobody.
  std::optional<std::string> complaint(MonotonicTime now);

  void read(engine::Client client, MonotonicTime now);
  // One request, of whoever's turn it is: a client's next one waits until the last is answered and sent, and
  // the others have had theirs. Absent: nobody asks.
  std::optional<engine::Asked> next_request();
  void flush(engine::Client client);
  void answer(engine::Client client, const std::string& line);

  void drop_idle(MonotonicTime now);
  std::optional<MonotonicTime> next_deadline() const;

  // Clients' tokens are at least this, so that a token tells whose it is.
  static constexpr os::Token kFirstToken = 1000;

 private:
  struct Connection {
    os::UnixStream stream;
    std::string unread;  // requests, the last one maybe not whole
    MonotonicTime last_heard;
    std::optional<MonotonicTime> began;  // a request that is not whole
    bool asked = false;                  // waits for its answer
    bool closed = false;                 // will send nothing more
    bool may_ask() const { return !asked && !stream.wants_write() && unread.find('\n') != std::string::npos; }
    bool is_done() const { return closed && !asked && !stream.wants_write() && !may_ask(); }
  };

  void refuse(const os::UnixStream& stream);
  bool make_room();
  MonotonicTime deadline_of(const Connection& connection) const;
  void drop(engine::Client client);
  void watch(engine::Client client, const Connection& connection);  // drops one that is done

  os::Loop& loop_;
  os::UnixListener listener_;
  os::Token listening_ = 0;
  std::string hindered_;  // from listening again, as it was last told
  std::size_t most_;
  std::map<engine::Client, Connection> connections_;
  engine::Client next_ = kFirstToken;
  engine::Client served_ = 0;  // last
  std::size_t refused_ = 0;    // not complained of yet
  std::string refused_last_;
  std::optional<MonotonicTime> complained_;
};

}  // namespace trimtab::daemon
