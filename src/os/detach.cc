#include "os/detach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>

#include "os/descriptor.h"

namespace trimtab::os {
namespace {

// A command has a handful of files open; its parents may have left it some more.
constexpr int kMostDescriptors = 1024;

sigset_t signals_of_terminals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) {
    sigaddset(&set, number);
  }
  return set;
}

void leave_everything() {
  const sigset_t set = signals_of_terminals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  for (int number = 0; number < kMostDescriptors; ++number) ::close(number);
  // 0, 1 and 2 must be something, or the next file that is opened would be stdout.
  if (::open("/dev/null", O_RDWR) == 0) {
    ::dup2(0, 1);
    ::dup2(0, 2);
  }
  if (::chdir("/") != 0) ::_exit(1);
}

}  // namespace

Result<void> detach(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child < 0) return system_error("cannot start a process");
  if (child > 0) {
    int state = 0;
    while (::waitpid(child, &state, 0) < 0 && errno == EINTR) {
    }
    if (state == 0) return {};
    return Error{.what = "cannot start a process of its own", .number = EAGAIN};
  }
  // A session of its own, and not its leader: it can never get a terminal again.
  if (::setsid() < 0) ::_exit(1);
  const pid_t grandchild = ::fork();
  if (grandchild != 0) ::_exit(grandchild < 0 ? 1 : 0);
  leave_everything();
  try {
    work();
  } catch (const std::exception&) {
    ::_exit(1);
  }
  ::_exit(0);
}

bool told_to_end(Duration at_most) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at_most);
  const timespec wait{seconds.count(), static_cast<long>((at_most - seconds).count())};
  return ::sigtimedwait(&set, nullptr, &wait) == SIGTERM;
}

}  // namespace trimtab::os
