// Hears of every change to this namespace's interfaces, without polling (rtnetlink, group "link"). It moves
// bytes: netlink::InterfaceTable says what to ask and what the answers mean.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "os/descriptor.h"

namespace trimtab::os {

class InterfaceWatch {
 public:
  static Result<InterfaceWatch> open();

  int descriptor() const { return socket_.number(); }

  Result<void> send(std::span<const std::uint8_t> request);

  struct Heard {
    std::vector<std::vector<std::uint8_t>> datagrams;  // from the kernel only
    bool overrun = false;  // more came than the kernel could hold for us (ENOBUFS): ask for everything again
  };
  // What has come, at most 64 datagrams. Never blocks.
  Heard read();

 private:
  explicit InterfaceWatch(Descriptor socket) : socket_(std::move(socket)) {}

  Descriptor socket_;
};

}  // namespace trimtab::os
