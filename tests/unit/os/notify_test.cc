#include "os/notify.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "os/unix_address.h"
#include "temporary_directory.h"

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;

// The service manager's end.
class Manager {
 public:
  explicit Manager(const std::string& path)
      : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    const auto address = UnixAddress::of(path);
    EXPECT_EQ(::bind(socket_.number(), address->get(), address->size()), 0);
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  }

  std::string heard() const {
    std::array<char, 512> buffer{};
    const ssize_t count = ::recv(socket_.number(), buffer.data(), buffer.size(), 0);
    return count < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(count));
  }

 private:
  Descriptor socket_;
};

TEST(Notifier, SpeaksToTheServiceManager) {
  const testing::TemporaryDirectory directory;
  for (const std::string& path : {directory / "notify", "@trimtab-test-" + std::to_string(::getpid())}) {
    const Manager manager(path);
    Notifier notifier = Notifier::from_environment();
    EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
    notifier.ready();
    EXPECT_EQ(manager.heard(), "READY=1");
    notifier.reloading(MonotonicTime{5s});
    EXPECT_EQ(manager.heard(), "RELOADING=1\nMONOTONIC_USEC=5000000");
    notifier.alive();
    EXPECT_EQ(manager.heard(), "WATCHDOG=1");
    notifier.stopping();
    EXPECT_EQ(manager.heard(), "STOPPING=1");
  }
}

TEST(Notifier, IsQuietWithoutAServiceManager) {
  ::unsetenv("NOTIFY_SOCKET");
  Notifier::from_environment().ready();
  ::setenv("NOTIFY_SOCKET", "/absent/socket", 1);
  Notifier::from_environment().ready();
}

struct Watchdog {
  const char* microseconds;
  std::string pid;
  std::optional<Duration> period;
};

TEST(Notifier, IsAliveTwiceAsOftenAsTheWatchdogWants) {
  const std::vector<Watchdog> table{
      {"30000000", "", 15s},           {"30000000", std::to_string(::getpid()), 15s},
      {"30000000", "1", std::nullopt}, {"0", "", std::nullopt},
      {"-1", "", std::nullopt},        {"x", "", std::nullopt},
      {"", "", std::nullopt},          {"99999999999999999999", "", std::nullopt},
  };
  for (const Watchdog& row : table) {
    ::setenv("WATCHDOG_USEC", row.microseconds, 1);
    if (!row.pid.empty()) ::setenv("WATCHDOG_PID", row.pid.c_str(), 1);
    EXPECT_EQ(Notifier::from_environment().watchdog_period(), row.period)
        << row.microseconds << " " << row.pid;
  }
}

}  // namespace
}  // namespace trimtab::os
