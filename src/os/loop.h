// The event loop's one blocking call: waits for descriptors, a deadline or a signal, and says what happened.
// It takes the clock once per wake-up, and all of that turn sees this instant. What is done about it is the
// caller's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "os/descriptor.h"
#include "util/instant.h"

namespace trimtab::os {

// What the caller calls a descriptor; never 2^64−1 or 2^64−2.
using Token = std::uint64_t;

struct Interest {
  bool readable = true;
  bool writable = false;
  bool operator==(const Interest&) const = default;
};

struct Ready {
  Token token = 0;
  bool readable = false;  // also at the end of a stream, and on an error: reading tells
  bool writable = false;
};

enum class Signal : std::uint8_t { terminate, reload };  // SIGTERM or SIGINT; SIGHUP

struct Wakeup {
  Instant at;
  std::vector<Ready> ready;
  std::vector<Signal> signals;
  bool deadline_passed = false;
  // At most once a second, when the loop turns far too often: somebody does not read what is readable, asks
  // for a deadline that has passed, or we are flooded. Says what woke it. Such turns pause for a moment, so
  // that a bug costs a few per cent of a core and not all of it.
  std::optional<std::string> spinning;
};

class Loop {
 public:
  // From here on SIGTERM, SIGINT and SIGHUP come as Wakeup::signals, and SIGPIPE is ignored.
  static Result<Loop> open();

  // Adds a descriptor or changes what is wanted of it. The caller forgets it before closing it.
  Result<void> watch(int descriptor, Token token, Interest interest = {});
  void forget(int descriptor);
  bool watches(int descriptor) const { return watched_.contains(descriptor); }

  // Until something happens; no deadline: for ever if need be. One that has passed returns at once.
  Wakeup wait(std::optional<MonotonicTime> deadline);

 private:
  Loop() = default;

  void arm(std::optional<MonotonicTime> deadline);
  void read_signals(Wakeup& wakeup);
  void notice_spinning(Wakeup& wakeup);

  Descriptor epoll_, timer_, signals_;
  std::map<int, std::pair<Token, Interest>> watched_;
  MonotonicTime second_{};  // when the second began in which turns_ are counted
  int turns_ = 0;
};

}  // namespace trimtab::os
