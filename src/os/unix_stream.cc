#include "os/unix_stream.h"

#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "os/clock.h"
#include "os/unix_address.h"

namespace trimtab::os {
namespace {

constexpr std::size_t kReadLimit = 64U << 10U;
constexpr std::size_t kMostGroups = 256;  // somebody in more is known by his own group alone
constexpr timespec kQueueFull{0, 5'000'000};

}  // namespace

Result<UnixStream> UnixStream::connect(const std::string& path) {
  const auto address = UnixAddress::of(path);
  if (!address) return address.error();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.open()) return system_error("cannot make a UNIX socket");
  if (::connect(socket.number(), address->get(), address->size()) != 0) {
    return system_error(fmt::format("cannot connect to {}", path));
  }
  return UnixStream(std::move(socket));
}

std::optional<UnixStream::Peer> UnixStream::peer() const {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket_.number(), SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return std::nullopt;
  Peer peer{.process = credentials.pid, .uid = credentials.uid, .groups = {}};
  peer.groups.resize(kMostGroups);
  size = static_cast<socklen_t>(peer.groups.size() * sizeof(gid_t));
  const bool told = ::getsockopt(socket_.number(), SOL_SOCKET, SO_PEERGROUPS, peer.groups.data(), &size) == 0;
  peer.groups.resize(told ? size / sizeof(gid_t) : 0);
  peer.groups.push_back(credentials.gid);
  return peer;
}

UnixStream::Received UnixStream::read() {
  Received received;
  std::array<char, 16384> buffer{};
  while (received.bytes.size() < kReadLimit) {
    const ssize_t count = ::recv(socket_.number(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (count <= 0) {
      received.closed = true;
      break;
    }
    received.bytes.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return received;
}

bool UnixStream::write(std::string_view bytes, std::size_t limit) {
  waiting_ += bytes;
  return flush() && waiting_.size() <= limit;
}

bool UnixStream::flush() {
  std::size_t done = 0;
  bool whole = true;
  while (done < waiting_.size()) {
    const ssize_t count =
        ::send(socket_.number(), waiting_.data() + done, waiting_.size() - done, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      whole = errno == EAGAIN || errno == EWOULDBLOCK;
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  waiting_.erase(0, done);
  return whole;
}

namespace {

// What is left of the time, in poll()'s milliseconds, rounded up.
int remaining(MonotonicTime deadline) {
  const Duration left = deadline - take_clocks().monotonic;
  if (left <= Duration::zero()) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
}

bool wait_for(const UnixStream& stream, MonotonicTime deadline) {
  pollfd waiting{.fd = stream.descriptor(), .events = POLLIN, .revents = 0};
  if (stream.wants_write()) waiting.events |= POLLOUT;
  int count = 0;
  do {
    count = ::poll(&waiting, 1, remaining(deadline));
  } while (count < 0 && errno == EINTR);
  return count > 0;
}

}  // namespace

Result<std::string> ask(const std::string& path, std::string_view request, const AskLimits& limits) {
  const MonotonicTime deadline = take_clocks().monotonic + limits.time;
  auto stream = UnixStream::connect(path);
  while (!stream && stream.error().number == EAGAIN && remaining(deadline) > 0) {
    ::nanosleep(&kQueueFull, nullptr);  // a crowd is before us
    stream = UnixStream::connect(path);
  }
  if (!stream) return stream.error();
  std::string answer;
  bool open = stream->write(std::string(request) + "\n");
  while (open && answer.size() <= limits.size) {
    if (!wait_for(*stream, deadline)) {
      return Error{.what = fmt::format("{}: no answer within {}", path, format_duration(limits.time))};
    }
    open = stream->flush();
    UnixStream::Received received = stream->read();
    const std::size_t newline = received.bytes.find('\n');
    answer += received.bytes.substr(0, newline);
    if (newline != std::string::npos) return answer;
    open = open && !received.closed;
  }
  if (open) return Error{.what = fmt::format("{}: an answer of more than {} bytes", path, limits.size)};
  return Error{.what = fmt::format("{}: the connection was closed before the answer", path)};
}

}  // namespace trimtab::os
