// A netlink socket: whole datagrams to the kernel and back. What is in them is netlink/'s business.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "util/result.h"

namespace trimtab::os {

class NetlinkSocket {
 public:
  enum class Protocol : std::uint8_t { route, generic };

  // Errors come with the kernel's explanation (extended acknowledgement) where it has one.
  static Result<NetlinkSocket> open(Protocol protocol);

  NetlinkSocket(NetlinkSocket&& other) noexcept;
  NetlinkSocket& operator=(NetlinkSocket&& other) noexcept;
  NetlinkSocket(const NetlinkSocket&) = delete;
  NetlinkSocket& operator=(const NetlinkSocket&) = delete;
  ~NetlinkSocket();

  Result<void> send(std::span<const std::uint8_t> message);

  // The next datagram from the kernel; what other processes send is passed over. An error after five seconds
  // of silence, and with errno ENOBUFS where the kernel had to drop something.
  Result<std::vector<std::uint8_t>> receive();

 private:
  explicit NetlinkSocket(int descriptor) : descriptor_(descriptor) {}

  int descriptor_ = -1;
};

}  // namespace trimtab::os
