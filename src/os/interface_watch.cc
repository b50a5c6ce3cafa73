#include "os/interface_watch.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>

namespace trimtab::os {
namespace {

constexpr std::size_t kBudget = 64;  // datagrams in one turn

}  // namespace

Result<InterfaceWatch> InterfaceWatch::open() {
  Descriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.open()) return system_error("cannot watch interfaces (rtnetlink)");
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK;
  if (::bind(socket.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    return system_error("cannot subscribe to changes of interfaces (rtnetlink)");
  }
  return InterfaceWatch(std::move(socket));
}

Result<void> InterfaceWatch::send(std::span<const std::uint8_t> request) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent = ::sendto(socket_.number(), request.data(), request.size(), 0,
                                reinterpret_cast<sockaddr*>(&kernel), sizeof kernel);
  if (sent < 0) return system_error("cannot ask the kernel about interfaces");
  return {};
}

InterfaceWatch::Heard InterfaceWatch::read() {
  Heard heard;
  // Its size first, since a datagram that does not fit is cut.
  while (heard.datagrams.size() < kBudget) {
    const ssize_t size = ::recv(socket_.number(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == ENOBUFS) {
      heard.overrun = true;
      continue;
    }
    if (size < 0) break;
    std::vector<std::uint8_t> datagram(static_cast<std::size_t>(size));
    sockaddr_nl sender{};
    socklen_t length = sizeof sender;
    const ssize_t received = ::recvfrom(socket_.number(), datagram.data(), datagram.size(), 0,
                                        reinterpret_cast<sockaddr*>(&sender), &length);
    if (received < 0 || sender.nl_pid != 0) continue;
    datagram.resize(static_cast<std::size_t>(received));
    heard.datagrams.push_back(std::move(datagram));
  }
  return heard;
}

}  // namespace trimtab::os
