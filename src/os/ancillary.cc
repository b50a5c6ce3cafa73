#include "os/ancillary.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <limits>

namespace trimtab::os {
namespace {

// Absent where it is shorter than that.
template <typename Value>
std::optional<Value> read(std::span<const std::uint8_t> content) {
  if (content.size() < sizeof(Value)) return std::nullopt;
  Value value{};
  std::memcpy(&value, content.data(), sizeof value);
  return value;
}

// The kernel's "no stamp" is 0. Beyond what a WallTime holds, some 200 years from now, there is nothing that
// could be subtracted.
std::optional<WallTime> time_of(const timespec& stamp) {
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(WallTime::max().time_since_epoch()).count();
  constexpr long kSecond_ns = 1'000'000'000;
  if (stamp.tv_sec < 0 || stamp.tv_sec >= kLast || stamp.tv_nsec < 0 || stamp.tv_nsec >= kSecond_ns)
    return std::nullopt;
  const WallTime time{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}};
  return time == WallTime{} ? std::nullopt : std::optional(time);
}

int index_of(std::uint32_t index) {
  return index > std::uint32_t{std::numeric_limits<int>::max()} ? 0 : static_cast<int>(index);
}

void take(const cmsghdr& header, std::span<const std::uint8_t> content, Ancillary& said) {
  const auto is = [&](int level, int type) { return header.cmsg_level == level && header.cmsg_type == type; };
  if (is(IPPROTO_IP, IP_PKTINFO) && said.interface_index == 0) {
    if (const auto info = read<in_pktinfo>(content)) said.interface_index = std::max(info->ipi_ifindex, 0);
  } else if (is(IPPROTO_IPV6, IPV6_PKTINFO) && said.interface_index == 0) {
    if (const auto info = read<in6_pktinfo>(content)) said.interface_index = index_of(info->ipi6_ifindex);
  } else if (is(SOL_SOCKET, SCM_TIMESTAMPNS) && !said.stamp) {
    if (const auto stamp = read<timespec>(content)) said.stamp = time_of(*stamp);
  }
}

}  // namespace

// Not by CMSG_NXTHDR, which believes the first length and wants its bytes aligned.
Ancillary read_ancillary(std::span<const std::uint8_t> control) {
  Ancillary said;
  while (control.size() >= CMSG_LEN(0)) {
    cmsghdr header{};
    std::memcpy(&header, control.data(), CMSG_LEN(0));
    const std::size_t length = header.cmsg_len;
    if (length < CMSG_LEN(0) || length > control.size()) break;
    take(header, control.first(length).subspan(CMSG_LEN(0)), said);
    control = control.subspan(std::min(CMSG_ALIGN(length), control.size()));
  }
  return said;
}

}  // namespace trimtab::os
