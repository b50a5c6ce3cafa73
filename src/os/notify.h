// Readiness and life signs for systemd (sd_notify(3)'s protocol). Without $NOTIFY_SOCKET nothing is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "os/descriptor.h"
#include "util/units.h"

namespace trimtab::os {

class Notifier {
 public:
  // Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment, so that children lack
  // them.
  static Notifier from_environment();

  void ready();
  void reloading(MonotonicTime now);  // to be followed by ready()
  void stopping();
  void alive();  // at least once in watchdog_period()

  // Half of what the service manager would wait; absent where it does not watch.
  std::optional<Duration> watchdog_period() const { return watchdog_period_; }

 private:
  void send(std::string_view message);

  Descriptor socket_;
  std::string address_;  // starts with @ where abstract
  std::optional<Duration> watchdog_period_;
};

}  // namespace trimtab::os
