#include "netlink/message.h"

#include <linux/netlink.h>

#include <algorithm>
#include <cerrno>

namespace trimtab::netlink {

std::optional<Received> take_message(ByteSpan& datagram) {
  nlmsghdr head{};
  if (datagram.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, datagram.data(), sizeof head);
  if (head.nlmsg_len < sizeof head || head.nlmsg_len > datagram.size()) return std::nullopt;
  const ByteSpan payload = datagram.subspan(sizeof head, head.nlmsg_len - sizeof head);
  datagram = datagram.subspan(std::min(aligned(head.nlmsg_len), datagram.size()));
  return Received{head.nlmsg_type, head.nlmsg_flags, head.nlmsg_seq, payload};
}

int error_number(ByteSpan payload) {
  constexpr std::int32_t kHighest = 4095;
  std::int32_t status = 0;
  if (payload.size() >= sizeof status) std::memcpy(&status, payload.data(), sizeof status);
  return status <= 0 && status >= -kHighest ? -status : EPROTO;
}

Request::Request(std::uint16_t type, std::uint16_t flags) {
  nlmsghdr head{};
  head.nlmsg_type = type;
  head.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST);
  if ((flags & NLM_F_DUMP) != NLM_F_DUMP) head.nlmsg_flags |= NLM_F_ACK;
  header(head);
}

void Request::append(const void* data, std::size_t size) {
  const auto* begin = static_cast<const std::uint8_t*>(data);
  bytes_.insert(bytes_.end(), begin, begin + size);
  bytes_.resize(aligned(bytes_.size()));
}

Request& Request::attribute(std::uint16_t type, ByteSpan value) {
  // Our own requests stay far below this; a longer one would wrap its length field.
  TRIMTAB_CHECK(value.size() <= 0xffff - sizeof(nlattr));
  nlattr head{static_cast<std::uint16_t>(sizeof(nlattr) + value.size()), type};
  append(&head, sizeof head);
  append(value.data(), value.size());
  return *this;
}

Request& Request::attribute(std::uint16_t type, const IpAddress& address) {
  return attribute(type, ByteSpan(address.bytes.data(), address.size()));
}

Request& Request::text(std::uint16_t type, std::string_view value) {
  Bytes terminated(value.begin(), value.end());
  terminated.push_back(0);
  return attribute(type, terminated);
}

std::size_t Request::open(std::uint16_t type) {
  const std::size_t opened = bytes_.size();
  attribute(static_cast<std::uint16_t>(type | NLA_F_NESTED), ByteSpan{});
  return opened;
}

void Request::close(std::size_t opened) {
  const std::size_t length = bytes_.size() - opened;
  TRIMTAB_CHECK(length <= 0xffff);
  const auto field = static_cast<std::uint16_t>(length);
  std::memcpy(bytes_.data() + opened, &field, sizeof field);
}

Bytes Request::finish(std::uint32_t sequence) const {
  Bytes whole = bytes_;
  nlmsghdr head{};
  std::memcpy(&head, whole.data(), sizeof head);
  head.nlmsg_len = static_cast<std::uint32_t>(whole.size());
  head.nlmsg_seq = sequence;
  std::memcpy(whole.data(), &head, sizeof head);
  return whole;
}

std::string Attribute::text() const {
  return {value.begin(), std::find(value.begin(), value.end(), 0)};
}

std::optional<IpAddress> Attribute::address() const {
  if (value.size() != 4 && value.size() != 16) return std::nullopt;
  IpAddress address{value.size() == 4 ? Family::ipv4 : Family::ipv6, {}};
  std::copy(value.begin(), value.end(), address.bytes.begin());
  return address;
}

Result<std::vector<Attribute>> read_attributes(ByteSpan bytes) {
  std::vector<Attribute> attributes;
  while (!bytes.empty()) {
    nlattr head{};
    if (bytes.size() < sizeof head) return Error{"netlink: bytes left over after the last attribute"};
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < sizeof head || head.nla_len > bytes.size()) {
      return Error{"netlink: an attribute's length reaches beyond its message"};
    }
    attributes.push_back({static_cast<std::uint16_t>(head.nla_type & NLA_TYPE_MASK),
                          bytes.subspan(sizeof head, head.nla_len - sizeof head)});
    bytes = bytes.subspan(std::min(aligned(head.nla_len), bytes.size()));
  }
  return attributes;
}

const Attribute* find(const std::vector<Attribute>& attributes, std::uint16_t type) {
  const auto found = std::find_if(attributes.rbegin(), attributes.rend(),
                                  [&](const Attribute& attribute) { return attribute.type == type; });
  return found == attributes.rend() ? nullptr : &*found;
}

}  // namespace trimtab::netlink
