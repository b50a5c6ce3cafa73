// One client of BIRD's control socket: connects, reads the greeting, refuses a BIRD that is too old, asks one
// command at a time and pairs it with its reply. A reply that comes after the time-out is never taken for the
// next command's: the connection is closed, and what comes from it afterwards is ignored. Publisher decides
// what to ask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "bird/reply.h"
#include "util/result.h"
#include "util/units.h"

namespace trimtab::bird {

// Each attempt to connect has a number of its own; events say which one they belong to.
using ConnectionId = std::uint64_t;

// Connect to the control socket, without waiting; answer with Connected or ConnectFailed.
struct Connect {
  ConnectionId connection = 0;
};
// Close it; there is no answer.
struct Disconnect {
  ConnectionId connection = 0;
};
struct Send {
  ConnectionId connection = 0;
  std::string bytes;
};

struct Connected {
  ConnectionId connection = 0;
};
struct ConnectFailed {
  ConnectionId connection = 0;
  Error error;
  // The socket exists and its queue is full (EAGAIN): somebody is there and does not answer.
  bool busy = false;
};
struct Received {
  ConnectionId connection = 0;
  std::string bytes;
};
// Closed by BIRD, or broken.
struct Closed {
  ConnectionId connection = 0;
};

// connecting: not known yet; absent: cannot be connected; silent: connected, and no answer for 5 s;
// unsupported: too old, or no BIRD at all.
enum class BirdLink : std::uint8_t { connecting, connected, absent, silent, unsupported };

class Conversation {
 public:
  // BIRD loses a client that sends a line of 1 kB; 301 bytes were still answered.
  static constexpr std::size_t kMaxCommand = 255;
  // BIRD answers in milliseconds, and a large reconfiguration takes well below a second. Shorter, and a busy
  // small router counts as silent; longer, and a stopped BIRD holds back publishing unseen.
  static constexpr Duration kSilence = std::chrono::seconds{5};

  using Action = std::variant<Connect, Disconnect, Send>;

  // What came of an event.
  struct Ready {};    // greeted; ask() may be called
  struct Answering {  // to a command asked in parts, before Answered brings the rest
    Reply part;
  };
  struct Answered {
    Reply reply;
  };
  // The connection is gone, and the command in flight stays unanswered. It reconnects by itself.
  struct Lost {
    bool silent = false;  // we closed it after kSilence; else BIRD did, or talked nonsense
  };
  using Outcome = std::variant<Ready, Answering, Answered, Lost>;

  void start(MonotonicTime now) { retry_at_ = now; }

  // Each of these may leave actions in take_actions().
  std::vector<Outcome> connected(MonotonicTime now, ConnectionId connection);
  std::vector<Outcome> connect_failed(MonotonicTime now, const ConnectFailed& failure);
  std::vector<Outcome> received(MonotonicTime now, const Received& received);
  std::vector<Outcome> closed(MonotonicTime now, ConnectionId connection);
  std::vector<Outcome> time_passed(MonotonicTime now);

  // May a command be asked? One at a time.
  bool idle() const { return phase_ == Phase::idle; }
  // `command`: one line of at most kMaxCommand bytes, without its end. idle() must hold.
  void ask(MonotonicTime now, std::string_view command);
  // The same where the reply may be long: it comes in parts and is never held whole.
  void ask_in_parts(MonotonicTime now, std::string_view command);

  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  std::optional<MonotonicTime> next_deadline() const;

  BirdLink link() const { return link_; }
  const std::string& version() const { return version_; }       // empty: not known yet
  const std::optional<Error>& error() const { return error_; }  // why it is not connected

 private:
  // apart: waits for the next attempt; idle: greeted, no command in flight.
  enum class Phase : std::uint8_t { apart, connecting, greeting, idle, asked };

  bool is_current(ConnectionId connection) const;
  std::vector<Outcome> lose(MonotonicTime now, Duration retry_after, bool silent);
  std::vector<Outcome> refuse(MonotonicTime now, Error why);
  std::vector<Outcome> greeted(MonotonicTime now, const Reply& reply);
  std::vector<Outcome> fall_silent(MonotonicTime now);
  void disconnect();
  Duration back_off();

  Phase phase_ = Phase::apart;
  BirdLink link_ = BirdLink::connecting;
  ConnectionId connection_ = 0;
  ReplyReader reader_;
  std::string version_;
  std::optional<Error> error_;
  std::optional<MonotonicTime> retry_at_;        // while apart
  std::optional<MonotonicTime> silent_at_;       // while greeting (until noticed) or asked
  Duration back_off_ = std::chrono::seconds{0};  // the last one
  std::vector<Action> actions_;
};

}  // namespace trimtab::bird
