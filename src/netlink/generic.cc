#include "netlink/generic.h"

#include <linux/genetlink.h>

namespace trimtab::netlink {

Request generic_request(std::uint16_t family, std::uint16_t flags, std::uint8_t command,
                        std::uint8_t version) {
  Request request(family, flags);
  request.header(genlmsghdr{command, version, 0});
  return request;
}

Request find_family(std::string_view name) {
  Request request = generic_request(GENL_ID_CTRL, 0, CTRL_CMD_GETFAMILY, 1);
  request.text(CTRL_ATTR_FAMILY_NAME, name);
  return request;
}

Result<std::uint16_t> read_family(const Message& message) {
  genlmsghdr header{};
  const auto read = read_after(message.payload, header);
  if (!read) return read.error();
  const Attribute* id = find(*read, CTRL_ATTR_FAMILY_ID);
  const auto number = id == nullptr ? std::nullopt : id->number<std::uint16_t>();
  if (!number) return Error{"netlink: the kernel named no number for the family"};
  return *number;
}

}  // namespace trimtab::netlink
