// Netlink messages as bytes: building one request, and reading attributes that may lie about their length.
// Pure: bytes in, bytes out. Sockets are os/'s, what a message means is told by the other files of this
// folder.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "util/address.h"
#include "util/result.h"

namespace trimtab::netlink {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

// Messages and attributes begin at multiples of four.
constexpr std::size_t aligned(std::size_t size) {
  return (size + 3) / 4 * 4;
}

// One message without its netlink header: `payload` starts with the family's own header (ifinfomsg, …).
struct Message {
  std::uint16_t type = 0;
  Bytes payload;
};

// One message as it came in.
struct Received {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  ByteSpan payload;  // of the datagram
};

// Takes the first message off a datagram; nothing where its length is below its own header or reaches beyond
// the end.
std::optional<Received> take_message(ByteSpan& datagram);

// What the payload of NLMSG_ERROR or NLMSG_DONE begins with: 0 where the kernel granted, else its errno;
// EPROTO where it is none of the kernel's.
int error_number(ByteSpan payload);

// A request under construction. Integers are in host order, as the kernel wants them, unless said otherwise.
class Request {
 public:
  // `flags` are NLM_F_*; NLM_F_REQUEST is always there, NLM_F_ACK wherever NLM_F_DUMP is not.
  Request(std::uint16_t type, std::uint16_t flags);

  template <typename T>
  Request& header(const T& fixed) {
    static_assert(std::is_trivially_copyable_v<T>);
    append(&fixed, sizeof fixed);
    return *this;
  }

  Request& attribute(std::uint16_t type, ByteSpan value);
  Request& attribute(std::uint16_t type, const IpAddress& address);
  Request& text(std::uint16_t type, std::string_view value);  // with its terminating zero
  template <typename T>
  Request& number(std::uint16_t type, T value) {
    static_assert(std::is_integral_v<T>);
    std::array<std::uint8_t, sizeof(T)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof value);
    return attribute(type, bytes);
  }

  // Attributes between open() and the close() of what it returned lie inside one of type `type`.
  std::size_t open(std::uint16_t type);
  void close(std::size_t opened);

  std::size_t size() const { return bytes_.size(); }

  // Whole message with this sequence number, which the answer repeats.
  Bytes finish(std::uint32_t sequence) const;

 private:
  void append(const void* data, std::size_t size);

  Bytes bytes_;
};

struct Attribute {
  std::uint16_t type = 0;  // without the nested and byte-order flags
  ByteSpan value;

  template <typename T>
  std::optional<T> number() const {
    static_assert(std::is_integral_v<T>);
    if (value.size() < sizeof(T)) return std::nullopt;
    T result{};
    std::memcpy(&result, value.data(), sizeof result);
    return result;
  }
  std::string text() const;  // up to the first zero byte or the end
  // 4 or 16 bytes; nothing else is an address.
  std::optional<IpAddress> address() const;
};

// All attributes in `bytes`. An error where a length is below its own header or reaches beyond the end.
Result<std::vector<Attribute>> read_attributes(ByteSpan bytes);

// The last one of that type (the kernel's own rule for repeated attributes), or nothing.
const Attribute* find(const std::vector<Attribute>& attributes, std::uint16_t type);

// The attributes that follow a fixed header of type T, which is copied to `fixed`.
template <typename T>
Result<std::vector<Attribute>> read_after(ByteSpan payload, T& fixed) {
  static_assert(std::is_trivially_copyable_v<T>);
  constexpr std::size_t kAligned = (sizeof(T) + 3) / 4 * 4;
  if (payload.size() < sizeof(T)) return Error{"netlink: message shorter than its header"};
  std::memcpy(&fixed, payload.data(), sizeof(T));
  return read_attributes(payload.size() < kAligned ? ByteSpan{} : payload.subspan(kAligned));
}

}  // namespace trimtab::netlink
