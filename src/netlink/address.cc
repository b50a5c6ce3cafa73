#include "netlink/address.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

namespace trimtab::netlink {
namespace {

ifaddrmsg header_of(int interface_index, const Prefix& prefix) {
  ifaddrmsg header{};
  header.ifa_family = prefix.address.family == Family::ipv4 ? AF_INET : AF_INET6;
  header.ifa_prefixlen = static_cast<std::uint8_t>(prefix.length);
  header.ifa_index = static_cast<std::uint32_t>(interface_index);
  // Nobody else can have it, and until IPv6 had found out it could not be used.
  if (prefix.address.family == Family::ipv6) header.ifa_flags = IFA_F_NODAD;
  return header;
}

}  // namespace

Request dump_addresses() {
  Request request(RTM_GETADDR, NLM_F_DUMP);
  request.header(ifaddrmsg{});
  return request;
}

Result<std::optional<InterfaceAddress>> read_address(const Message& message) {
  if (message.type != RTM_NEWADDR) return std::optional<InterfaceAddress>{};
  ifaddrmsg header{};
  const auto read = read_after(message.payload, header);
  if (!read) return read.error();
  // On a point-to-point address IFA_ADDRESS is the far end; IFA_LOCAL, where given, is always our own.
  const Attribute* own = find(*read, IFA_LOCAL);
  if (own == nullptr) own = find(*read, IFA_ADDRESS);
  const auto address = own == nullptr ? std::nullopt : own->address();
  if (!address || header.ifa_prefixlen > address_bits(address->family)) {
    return Error{"netlink: an address message without a valid address"};
  }
  return std::optional<InterfaceAddress>{InterfaceAddress{static_cast<int>(header.ifa_index),
                                                          {*address, header.ifa_prefixlen},
                                                          header.ifa_scope == RT_SCOPE_LINK}};
}

Request add_address(int interface_index, const Prefix& prefix) {
  Request request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
  request.header(header_of(interface_index, prefix));
  request.attribute(IFA_LOCAL, prefix.address).attribute(IFA_ADDRESS, prefix.address);
  return request;
}

Request delete_address(int interface_index, const Prefix& prefix) {
  Request request(RTM_DELADDR, 0);
  request.header(header_of(interface_index, prefix));
  request.attribute(IFA_LOCAL, prefix.address).attribute(IFA_ADDRESS, prefix.address);
  return request;
}

}  // namespace trimtab::netlink
