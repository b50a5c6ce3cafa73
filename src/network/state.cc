#include "network/state.h"

#include <fmt/core.h>

namespace trimtab::network {

std::string SocketAddress::text() const {
  return address.family == Family::ipv4 ? fmt::format("{}:{}", address.text(), port)
                                        : fmt::format("[{}]:{}", address.text(), port);
}

}  // namespace trimtab::network
