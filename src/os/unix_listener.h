// A listening UNIX socket that only one process can have. The lock (PATH.lock, flock) tells a living owner
// from a socket file that a killed one left behind; the latter is replaced.
#pragma once

#include <sys/types.h>

#include <string>

#include "os/unix_stream.h"

namespace trimtab::os {

class UnixListener {
 public:
  // Mode 0660: root and the group may talk to us. An error with number EWOULDBLOCK where another process
  // holds the lock.
  static Result<UnixListener> open(const std::string& path);

  UnixListener(UnixListener&&) noexcept = default;
  UnixListener& operator=(UnixListener&&) = delete;
  ~UnixListener();  // removes the socket, if it is still ours, and keeps the lock file: removing that would
                    // let two owners in

  int descriptor() const { return socket_.number(); }

  // Whether the socket's file and the lock's are there and ours. Who tidies a directory up takes them away,
  // and then nobody can ask any more, or a second owner comes in.
  bool in_place() const;

  // Puts them there again, the socket under another descriptor. An error as of `open`; the old ones stay
  // then.
  Result<void> renew();

  // Root, our own user, and whoever is in the socket's group. The socket's mode says the same; this holds
  // also where somebody has opened that.
  bool admits(const UnixStream& client) const;

  // The next client, or nothing where none is waiting. With no descriptor left, a waiting client is let go at
  // once: left waiting, it would keep the listener readable and the loop awake.
  std::optional<UnixStream> accept();

 private:
  UnixListener(std::string path, Descriptor lock, Descriptor reserve)
      : path_(std::move(path)), lock_(std::move(lock)), reserve_(std::move(reserve)) {}

  bool socket_in_place() const;
  Result<void> listen();
  bool turn_away();

  std::string path_;
  Descriptor lock_, socket_, reserve_;
  dev_t device_ = 0;  // of the socket's file, with its inode
  ino_t inode_ = 0;
};

}  // namespace trimtab::os
