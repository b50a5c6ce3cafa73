#include "os/notify.h"

#include <fmt/core.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>

#include "os/unix_address.h"

namespace trimtab::os {
namespace {

std::string take_variable(const char* name) {
  const char* value = ::getenv(name);
  const std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

std::optional<std::uint64_t> to_number(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

// Half of the time in which the service manager wants to hear of us, if it is us whom it watches.
std::optional<Duration> read_watchdog_period() {
  constexpr std::uint64_t kLongestPeriod = 86'400'000'000;  // a day; beyond that nobody watches
  const auto microseconds = to_number(take_variable("WATCHDOG_USEC"));
  const std::string pid = take_variable("WATCHDOG_PID");
  const bool ours = pid.empty() || to_number(pid) == static_cast<std::uint64_t>(::getpid());
  if (!microseconds || *microseconds == 0 || *microseconds > kLongestPeriod || !ours) return std::nullopt;
  return std::chrono::microseconds{*microseconds} / 2;
}

}  // namespace

Notifier Notifier::from_environment() {
  Notifier notifier;
  notifier.watchdog_period_ = read_watchdog_period();
  notifier.address_ = take_variable("NOTIFY_SOCKET");
  const bool usable = notifier.address_.starts_with('/') || notifier.address_.starts_with('@');
  if (usable) notifier.socket_ = Descriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return notifier;
}

void Notifier::ready() {
  send("READY=1");
}

void Notifier::reloading(MonotonicTime now) {
  const auto since = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since.count()));
}

void Notifier::stopping() {
  send("STOPPING=1");
}

void Notifier::alive() {
  send("WATCHDOG=1");
}

// Lost where the service manager is not listening; there is nobody else to tell.
void Notifier::send(std::string_view message) {
  if (!socket_.open()) return;
  const auto address = UnixAddress::of(address_);
  if (!address) return;
  ::sendto(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL, address->get(), address->size());
}

}  // namespace trimtab::os
