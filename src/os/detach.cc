#include "os/detach.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "os/descriptor.h"

namespace trimtab::os {
namespace {

// A command has a handful of files open; its parents may have left it some more.
constexpr int kMostDescriptors = 1024;
// What the new process says to the one that started it: this alone, or an error's two texts.
constexpr std::string_view kReady = "ready";
constexpr char kBetween = '\0';

struct ReadyPipe {
  Descriptor out, in;
};

// The end that is kept stands above 0, 1 and 2, which may be closed here and are needed there.
Result<ReadyPipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe");
  ReadyPipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  Descriptor high(::fcntl(pipe.in.number(), F_DUPFD_CLOEXEC, 3));
  if (!high.open()) return system_error("cannot make a pipe");
  pipe.in = std::move(high);
  return pipe;
}

sigset_t signals_of_terminals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE}) {
    sigaddset(&set, number);
  }
  return set;
}

// Shorter than what a pipe takes in one piece. Who does not listen any more does not want to know.
void tell(const Descriptor& pipe, std::string_view text) {
  (void)!::write(pipe.number(), text.data(), text.size());
}

void tell(const Descriptor& pipe, const Error& error) {
  tell(pipe, error.what + kBetween + error.fix);
}

std::string hear(const Descriptor& pipe) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (true) {
    const ssize_t count = ::read(pipe.number(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

Result<void> leave_everything(const Descriptor& but) {
  const sigset_t set = signals_of_terminals();
  ::sigprocmask(SIG_BLOCK, &set, nullptr);
  for (int number = 0; number < kMostDescriptors; ++number) {
    if (number != but.number()) ::close(number);
  }
  // 0, 1 and 2 must be something, or the next file that is opened would be stdout.
  if (::open("/dev/null", O_RDWR) != 0) return system_error("cannot open /dev/null");
  ::dup2(0, 1);
  ::dup2(0, 2);
  if (::chdir("/") != 0) return system_error("cannot go to /");
  return {};
}

// In the new process. True: it is to go on with its work.
bool make_ready(Descriptor pipe, const std::function<Result<void>()>& begin) {
  auto ready = leave_everything(pipe);
  try {
    if (ready) ready = begin();
  } catch (const std::exception& error) {
    ready = Error{error.what()};
  }
  // It has begun: that whoever started it is gone by now is no reason to leave it half done.
  ready ? tell(pipe, kReady) : tell(pipe, ready.error());
  return ready.ok();
}

[[noreturn]] void run_detached(Descriptor pipe, const std::function<Result<void>()>& begin,
                               const std::function<void()>& work) {
  if (!make_ready(std::move(pipe), begin)) ::_exit(1);
  try {
    work();
  } catch (const std::exception& error) {
    // Nobody waits for it any more.
    ::openlog("trimtab", LOG_PID, LOG_DAEMON);
    ::syslog(LOG_ERR, "ended before its work was done: %s", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

Result<void> detach(const std::function<Result<void>()>& begin, const std::function<void()>& work) {
  auto pipe = make_pipe();
  if (!pipe) return pipe.error();
  const pid_t child = ::fork();
  if (child < 0) return system_error("cannot start a process");
  if (child == 0) {
    // A session of its own, and not its leader: it can never get a terminal again.
    if (::setsid() < 0) {
      tell(pipe->in, system_error("cannot leave the session"));
      ::_exit(1);
    }
    const pid_t grandchild = ::fork();
    if (grandchild < 0) tell(pipe->in, system_error("cannot start a process"));
    if (grandchild != 0) ::_exit(0);
    run_detached(std::move(pipe->in), begin, work);
  }
  pipe->in.close();
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  const std::string said = hear(pipe->out);
  if (said == kReady) return {};
  const std::size_t end = said.find(kBetween);
  if (end == std::string::npos) return Error{"the process that was started ended before it was ready"};
  return Error{said.substr(0, end), said.substr(end + 1)};
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
