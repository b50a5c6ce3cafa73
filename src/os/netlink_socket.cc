#include "os/netlink_socket.h"

#include <fmt/core.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace trimtab::os {
namespace {

// The kernel answers at once; this only bounds the wait for an answer that was lost.
constexpr timeval kSilence{5, 0};

Error failed(const char* what) {
  const int number = errno;
  return {.what = fmt::format("netlink: {}: {}", what, std::strerror(number)), .number = number};
}

}  // namespace

Result<NetlinkSocket> NetlinkSocket::open(Protocol protocol) {
  const int number = protocol == Protocol::route ? NETLINK_ROUTE : NETLINK_GENERIC;
  NetlinkSocket opened(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, number));
  if (opened.descriptor_ < 0) return failed("cannot open a socket");
  // Kernels before 4.12 know neither option and then only explain less.
  const int on = 1;
  ::setsockopt(opened.descriptor_, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(opened.descriptor_, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
  if (::setsockopt(opened.descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kSilence, sizeof kSilence) < 0) {
    return failed("cannot set a time-out");
  }
  return opened;
}

NetlinkSocket::NetlinkSocket(NetlinkSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

NetlinkSocket& NetlinkSocket::operator=(NetlinkSocket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

NetlinkSocket::~NetlinkSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> NetlinkSocket::send(std::span<const std::uint8_t> message) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent = ::sendto(descriptor_, message.data(), message.size(), 0,
                                reinterpret_cast<sockaddr*>(&kernel), sizeof kernel);
  if (sent < 0) return failed("cannot send");
  return {};
}

Result<std::vector<std::uint8_t>> NetlinkSocket::receive() {
  while (true) {
    // Its size first, since a datagram that does not fit is cut.
    const ssize_t size = ::recv(descriptor_, nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("no answer from the kernel");
    std::vector<std::uint8_t> datagram(static_cast<std::size_t>(size));
    sockaddr_nl sender{};
    socklen_t length = sizeof sender;
    const ssize_t received = ::recvfrom(descriptor_, datagram.data(), datagram.size(), 0,
                                        reinterpret_cast<sockaddr*>(&sender), &length);
    if (received < 0 && errno == EINTR) continue;
    if (received < 0) return failed("no answer from the kernel");
    if (sender.nl_pid != 0) continue;
    datagram.resize(static_cast<std::size_t>(received));
    return datagram;
  }
}

}  // namespace trimtab::os
