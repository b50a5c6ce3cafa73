#include "os/resolve.h"

#include <fmt/core.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace trimtab::os {
namespace {

IpAddress address_of(const addrinfo& entry) {
  if (entry.ai_family == AF_INET) {
    sockaddr_in native{};
    std::memcpy(&native, entry.ai_addr, sizeof native);
    return IpAddress::ipv4(ntohl(native.sin_addr.s_addr));
  }
  sockaddr_in6 native{};
  std::memcpy(&native, entry.ai_addr, sizeof native);
  IpAddress address{Family::ipv6, {}};
  std::copy(std::begin(native.sin6_addr.s6_addr), std::end(native.sin6_addr.s6_addr), address.bytes.begin());
  return address;
}

}  // namespace

Result<std::vector<IpAddress>> resolve(const std::string& host, FamiliesWanted families) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_family = families.ipv4 && families.ipv6 ? AF_UNSPEC : families.ipv4 ? AF_INET : AF_INET6;
  addrinfo* list = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failure != 0) return Error{fmt::format("cannot resolve {}: {}", host, ::gai_strerror(failure))};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, ::freeaddrinfo);
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    const IpAddress address = address_of(*entry);
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end())
      addresses.push_back(address);
  }
  if (addresses.empty())
    return Error{fmt::format("cannot resolve {}: no address of the wanted family", host)};
  return addresses;
}

}  // namespace trimtab::os
