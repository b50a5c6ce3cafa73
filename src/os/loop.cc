#include "os/loop.h"

#include <fmt/core.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>

#include "os/clock.h"

namespace trimtab::os {
namespace {

constexpr Token kTimer = ~Token{0};
constexpr Token kSignals = kTimer - 1;

// With a thousand links there are some 350 wake-ups a second (20 ticks and the answers); this many are a bug
// or a flood. A pause in each turn after that leaves 500 turns a second, enough to read 128,000 packets.
constexpr int kBusyTurns = 2000;
constexpr timespec kPause{0, 2'000'000};

}  // namespace

Result<Loop> Loop::open() {
  Loop loop;
  loop.epoll_ = Descriptor(::epoll_create1(EPOLL_CLOEXEC));
  if (!loop.epoll_.open()) return system_error("cannot make an epoll descriptor");
  loop.timer_ = Descriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!loop.timer_.open()) return system_error("cannot make a timer");
  sigset_t set;
  ::sigemptyset(&set);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&set, number);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return system_error("cannot block signals");
  loop.signals_ = Descriptor(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  if (!loop.signals_.open()) return system_error("cannot make a signal descriptor");
  std::signal(SIGPIPE, SIG_IGN);
  if (const auto watched = loop.watch(loop.timer_.number(), kTimer); !watched) return watched.error();
  if (const auto watched = loop.watch(loop.signals_.number(), kSignals); !watched) return watched.error();
  return loop;
}

Result<void> Loop::watch(int descriptor, Token token, Interest interest) {
  const auto present = watched_.find(descriptor);
  if (present != watched_.end() && present->second == std::pair{token, interest}) return {};
  epoll_event event{};
  event.events = (interest.readable ? EPOLLIN : 0U) | (interest.writable ? EPOLLOUT : 0U);
  event.data.u64 = token;
  const int operation = present == watched_.end() ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (::epoll_ctl(epoll_.number(), operation, descriptor, &event) != 0) {
    return system_error(fmt::format("cannot watch descriptor {}", descriptor));
  }
  watched_[descriptor] = {token, interest};
  return {};
}

void Loop::forget(int descriptor) {
  if (watched_.erase(descriptor) > 0) ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, descriptor, nullptr);
}

void Loop::arm(std::optional<MonotonicTime> deadline) {
  itimerspec spec{};
  if (deadline) {
    // Zero would disarm it; an absolute time in the past fires at once.
    const Duration since = std::max(deadline->time_since_epoch(), Duration{1});
    spec.it_value.tv_sec = static_cast<time_t>(since / std::chrono::seconds{1});
    spec.it_value.tv_nsec = static_cast<long>((since % std::chrono::seconds{1}).count());
  }
  ::timerfd_settime(timer_.number(), TFD_TIMER_ABSTIME, &spec, nullptr);
}

Wakeup Loop::wait(std::optional<MonotonicTime> deadline) {
  arm(deadline);
  std::array<epoll_event, 64> events{};
  int count = 0;
  do {
    count = ::epoll_wait(epoll_.number(), events.data(), static_cast<int>(events.size()), -1);
  } while (count < 0 && errno == EINTR);
  Wakeup wakeup;
  wakeup.at = take_clocks();
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    if (event.data.u64 == kSignals) read_signals(wakeup);
    if (event.data.u64 == kSignals || event.data.u64 == kTimer) continue;
    wakeup.ready.push_back({.token = event.data.u64,
                            .readable = (event.events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0,
                            .writable = (event.events & EPOLLOUT) != 0});
  }
  wakeup.deadline_passed = deadline && *deadline <= wakeup.at.monotonic;
  notice_spinning(wakeup);
  return wakeup;
}

void Loop::read_signals(Wakeup& wakeup) {
  signalfd_siginfo info{};
  while (::read(signals_.number(), &info, sizeof info) == sizeof info) {
    wakeup.signals.push_back(info.ssi_signo == SIGHUP ? Signal::reload : Signal::terminate);
  }
}

void Loop::notice_spinning(Wakeup& wakeup) {
  if (wakeup.at.monotonic - second_ >= std::chrono::seconds{1}) {
    second_ = wakeup.at.monotonic;
    turns_ = 0;
  }
  if (++turns_ < kBusyTurns) return;
  ::nanosleep(&kPause, nullptr);
  if (turns_ > kBusyTurns) return;
  std::string why = wakeup.deadline_passed ? "a deadline that has passed" : "";
  for (const Ready& ready : wakeup.ready) {
    why += fmt::format("{}token {}", why.empty() ? "" : ", ", ready.token);
  }
  wakeup.spinning = fmt::format("{} wake-ups within a second, the last for {}", turns_, why);
}

}  // namespace trimtab::os
