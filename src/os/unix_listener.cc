#include "os/unix_listener.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "os/unix_address.h"

namespace trimtab::os {
namespace {

// More wait than are let in at once: a crowd is served within milliseconds, and nobody is turned away by it.
constexpr int kBacklog = 256;
constexpr mode_t kMode = 0660;

Result<Descriptor> lock(const std::string& path) {
  const std::string file = path + ".lock";
  Descriptor opened(::open(file.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!opened.open()) return system_error(fmt::format("cannot open {}", file));
  if (::flock(opened.number(), LOCK_EX | LOCK_NB) == 0) return opened;
  Error error = system_error(fmt::format("cannot listen on {}", path));
  if (error.number == EWOULDBLOCK) {
    error.what = fmt::format("cannot listen on {}: another process already does", path);
    error.fix = "stop that one first, or give this one another --socket";
  }
  return error;
}

// Only ever a socket: a path given by mistake must not cost anybody a file.
Result<void> remove_stale(const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) {
    return Error{.what = fmt::format("cannot listen on {}: it is there, and no socket", path)};
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return system_error(fmt::format("cannot remove the socket {} of an earlier run", path));
  }
  return {};
}

Result<Descriptor> listen_on(const std::string& path) {
  const auto address = UnixAddress::of(path);
  if (!address) return address.error();
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.open()) return system_error("cannot make a UNIX socket");
  // The mode before it can be connected to: between bind and listen nobody gets in.
  if (::bind(socket.number(), address->get(), address->size()) != 0 || ::chmod(path.c_str(), kMode) != 0 ||
      ::listen(socket.number(), kBacklog) != 0) {
    return system_error(fmt::format("cannot listen on {}", path));
  }
  return socket;
}

Descriptor make_reserve() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

Result<UnixListener> UnixListener::open(const std::string& path) {
  auto locked = lock(path);
  if (!locked) return locked.error();
  UnixListener listener(path, std::move(*locked), make_reserve());
  if (const auto listens = listener.listen(); !listens) return listens.error();
  return listener;
}

Result<void> UnixListener::listen() {
  if (const auto removed = remove_stale(path_); !removed) return removed;
  auto socket = listen_on(path_);
  if (!socket) return socket.error();
  struct stat made {};
  if (::lstat(path_.c_str(), &made) != 0) return system_error(fmt::format("cannot listen on {}", path_));
  socket_ = std::move(*socket);
  device_ = made.st_dev;
  inode_ = made.st_ino;
  return {};
}

bool UnixListener::in_place() const {
  return socket_in_place() && is_at(lock_, path_ + ".lock");
}

bool UnixListener::socket_in_place() const {
  struct stat found {};
  return socket_.open() && ::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ &&
         found.st_ino == inode_;
}

Result<void> UnixListener::renew() {
  if (!is_at(lock_, path_ + ".lock")) {
    auto locked = lock(path_);
    if (!locked) return locked.error();
    lock_ = std::move(*locked);
  }
  if (socket_in_place()) return {};
  return listen();
}

UnixListener::~UnixListener() {
  if (socket_in_place()) ::unlink(path_.c_str());
}

bool UnixListener::admits(const UnixStream& client) const {
  const auto peer = client.peer();
  if (!peer) return false;
  if (peer->uid == 0 || peer->uid == ::geteuid()) return true;
  struct stat found {};
  if (::lstat(path_.c_str(), &found) != 0) return false;
  return std::find(peer->groups.begin(), peer->groups.end(), found.st_gid) != peer->groups.end();
}

std::optional<UnixStream> UnixListener::accept() {
  while (true) {
    Descriptor client(::accept4(socket_.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client.open()) return UnixStream(std::move(client));
    if (errno == EINTR || errno == ECONNABORTED) continue;
    if (errno != EMFILE && errno != ENFILE) return std::nullopt;
    if (!turn_away()) return std::nullopt;
  }
}

// Spends the reserved descriptor on telling a client that there is none.
bool UnixListener::turn_away() {
  if (!reserve_.open()) return false;
  reserve_.close();
  const bool accepted = Descriptor(::accept4(socket_.number(), nullptr, nullptr, SOCK_CLOEXEC)).open();
  reserve_ = make_reserve();
  return accepted;
}

}  // namespace trimtab::os
