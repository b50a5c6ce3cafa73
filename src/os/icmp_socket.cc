#include "os/icmp_socket.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/ancillary.h"
#include "os/clock.h"
#include "os/icmp_filter.h"

namespace trimtab::os {
namespace {

constexpr std::size_t kBatch = 64;  // packets in one system call
constexpr std::size_t kReceiveBudget = 256;

// Room for the answers of a thousand links while we are stopped for a second, each some 800 bytes with what
// the kernel adds. A flood fills any buffer.
constexpr int kReceiveBuffer = 1 << 20;

Result<void> attach_filter(int socket, std::vector<sock_filter> program) {
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0) {
    return system_error("cannot filter what the probe socket receives");
  }
  return {};
}

Result<void> set_option(int socket, int level, int option, int value, const char* what) {
  if (::setsockopt(socket, level, option, &value, sizeof value) == 0) return {};
  return system_error(fmt::format("cannot set {} on the probe socket", what));
}

// Of its own the kernel would cut a long probe to what it has learnt of the path, and the pieces would pass.
Result<void> keep_whole(int socket, Family family) {
  return family == Family::ipv4
             ? set_option(socket, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE, "\"don't fragment\"")
             : set_option(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_PROBE, "\"don't fragment\"");
}

sockaddr_in to_ipv4(const IpAddress& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  std::memcpy(&result.sin_addr, address.bytes.data(), sizeof result.sin_addr);
  return result;
}

sockaddr_in6 to_ipv6(const IpAddress& address) {
  sockaddr_in6 result{};
  result.sin6_family = AF_INET6;
  std::memcpy(&result.sin6_addr, address.bytes.data(), sizeof result.sin6_addr);
  return result;
}

struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(timespec))> bytes{};
};

// One message of a batch with all that it points to.
struct Envelope {
  sockaddr_storage destination{};
  iovec data{};
  Control control{};

  void fill(const Outgoing& packet, msghdr& header) {
    data = {const_cast<std::uint8_t*>(packet.message.data()), packet.message.size()};
    header = {};
    header.msg_name = &destination;
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = &control;
    if (packet.destination.family == Family::ipv4) {
      const in_pktinfo from{.ipi_ifindex = packet.interface_index,
                            .ipi_spec_dst = to_ipv4(packet.source).sin_addr,
                            .ipi_addr = {}};
      address(header, to_ipv4(packet.destination), IPPROTO_IP, IP_PKTINFO, from);
    } else {
      const in6_pktinfo from{.ipi6_addr = to_ipv6(packet.source).sin6_addr,
                             .ipi6_ifindex = static_cast<unsigned>(packet.interface_index)};
      address(header, to_ipv6(packet.destination), IPPROTO_IPV6, IPV6_PKTINFO, from);
    }
  }

 private:
  template <typename Address, typename Info>
  void address(msghdr& header, const Address& to, int level, int type, const Info& from) {
    std::memcpy(&destination, &to, sizeof to);
    header.msg_namelen = sizeof to;
    header.msg_controllen = CMSG_SPACE(sizeof from);
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = level;
    first->cmsg_type = type;
    first->cmsg_len = CMSG_LEN(sizeof from);
    std::memcpy(CMSG_DATA(first), &from, sizeof from);
  }
};

// IPv4's datagram socket leaves out the header that a raw one hands over. What follows wants to know who sent
// a message, and how long it is.
std::vector<std::uint8_t> with_header(const sockaddr_in6& from, std::span<const std::uint8_t> message) {
  constexpr std::uint8_t kVersionAndLength = 0x45;
  constexpr std::size_t kHeader = 20, kTotalLength = 2, kProtocol = 9, kSource = 12;
  sockaddr_in source{};
  std::memcpy(&source, &from, sizeof source);
  std::vector<std::uint8_t> packet(kHeader, 0);
  const std::size_t total = kHeader + message.size();
  packet[0] = kVersionAndLength;
  packet[kTotalLength] = static_cast<std::uint8_t>(total >> 8U);
  packet[kTotalLength + 1] = static_cast<std::uint8_t>(total & 0xffU);
  packet[kProtocol] = IPPROTO_ICMP;
  std::memcpy(packet.data() + kSource, &source.sin_addr, sizeof source.sin_addr);
  packet.insert(packet.end(), message.begin(), message.end());
  return packet;
}

Descriptor open_socket(Family family, int type) {
  const bool ipv4 = family == Family::ipv4;
  return Descriptor(::socket(ipv4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             ipv4 ? static_cast<int>(IPPROTO_ICMP) : static_cast<int>(IPPROTO_ICMPV6)));
}

// Without privilege: the kernel hands us the answers to requests with our identifier, as a port is bound.
std::optional<Descriptor> open_datagram(Family family, std::uint16_t identifier) {
  Descriptor socket = open_socket(family, SOCK_DGRAM);
  sockaddr_in ipv4{};
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(identifier);
  sockaddr_in6 ipv6{};
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(identifier);
  const int bound = family == Family::ipv4
                        ? ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&ipv4), sizeof ipv4)
                        : ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&ipv6), sizeof ipv6);
  if (bound != 0) return std::nullopt;
  return socket;
}

}  // namespace

Result<IcmpSocket> IcmpSocket::open(std::uint16_t identifier, const RequestFilter& requests, Family family) {
  const bool ipv4 = family == Family::ipv4;
  Descriptor socket = open_socket(family, SOCK_RAW);
  const bool raw = socket.open();
  if (!raw) {
    Error error = system_error("cannot open a raw socket for probes");
    if (error.number == EPERM) error.fix = "it needs CAP_NET_RAW";
    auto datagram = error.number == EPERM ? open_datagram(family, identifier) : std::nullopt;
    if (!datagram) return error;
    socket = *std::move(datagram);
  }
  const int number = socket.number();
  if (raw) {
    if (const auto done = attach_filter(number, icmp_filter(family, identifier, requests)); !done)
      return done.error();
  }
  if (const auto done = set_option(number, SOL_SOCKET, SO_TIMESTAMPNS, 1, "time stamps"); !done) {
    return done.error();
  }
  if (const auto done =
          set_option(number, ipv4 ? static_cast<int>(IPPROTO_IP) : static_cast<int>(IPPROTO_IPV6),
                     ipv4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1, "packet information");
      !done) {
    return done.error();
  }
  if (const auto done = keep_whole(number, family); !done) return done.error();
  // The kernel grants what it allows.
  ::setsockopt(number, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  return IcmpSocket(std::move(socket), raw);
}

std::vector<Departure> IcmpSocket::send(std::span<const Outgoing> packets) {
  std::vector<Departure> departures;
  while (!packets.empty()) {
    const std::size_t count = std::min(packets.size(), kBatch);
    send_some(packets.first(count), departures);
    packets = packets.subspan(count);
  }
  return departures;
}

void IcmpSocket::send_some(std::span<const Outgoing> packets, std::vector<Departure>& departures) {
  std::array<Envelope, kBatch> envelopes{};
  std::array<mmsghdr, kBatch> messages{};
  for (std::size_t index = 0; index < packets.size(); ++index) {
    envelopes[index].fill(packets[index], messages[index].msg_hdr);
  }
  std::size_t done = 0;
  while (done < packets.size()) {
    const Instant before = take_clocks();
    const int count =
        ::sendmmsg(socket_.number(), messages.data() + done, static_cast<unsigned>(packets.size() - done), 0);
    if (count < 0 && errno == EINTR) continue;
    // It stops at the first packet that is refused, and tells why only when that one is the first.
    if (count <= 0) {
      departures.push_back({.at = before, .error = errno});
      ++done;
      continue;
    }
    note_departures(before, static_cast<std::size_t>(count), departures);
    done += static_cast<std::size_t>(count);
  }
}

// One call sends them one after the other, each taking about as long.
void IcmpSocket::note_departures(const Instant& before, std::size_t count,
                                 std::vector<Departure>& departures) {
  const Duration each =
      count == 1 ? Duration::zero() : (take_clocks().monotonic - before.monotonic) / static_cast<long>(count);
  for (std::size_t index = 0; index < count; ++index) {
    const Duration after = each * static_cast<long>(index);
    departures.push_back({.at = {before.monotonic + after, before.wall + after}});
  }
}

std::vector<Incoming> IcmpSocket::receive() {
  std::vector<Incoming> received;
  while (received.size() < kReceiveBudget && receive_some(received)) {
  }
  return received;
}

// False where nothing more is waiting.
bool IcmpSocket::receive_some(std::vector<Incoming>& received) {
  std::array<Control, kAtOnce> controls;
  std::array<iovec, kAtOnce> data{};
  std::array<sockaddr_in6, kAtOnce> sources{};  // longer than IPv4's
  std::array<mmsghdr, kAtOnce> messages{};
  for (std::size_t index = 0; index < kAtOnce; ++index) {
    messages[index].msg_hdr.msg_name = &sources[index];
    messages[index].msg_hdr.msg_namelen = sizeof sources[index];
    data[index] = {buffers_[index].data(), kLongestPacket};
    messages[index].msg_hdr.msg_iov = &data[index];
    messages[index].msg_hdr.msg_iovlen = 1;
    messages[index].msg_hdr.msg_control = &controls[index];
    messages[index].msg_hdr.msg_controllen = sizeof(Control);
  }
  const int count = ::recvmmsg(socket_.number(), messages.data(), kAtOnce, MSG_DONTWAIT, nullptr);
  if (count < 0) return errno == EINTR;
  for (std::size_t index = 0; index < static_cast<std::size_t>(count); ++index) {
    Incoming incoming;
    const auto bytes = std::span(buffers_[index]).first(messages[index].msg_len);
    const bool whole = raw_ || sources[index].sin6_family == AF_INET6;
    incoming.packet = whole ? std::vector(bytes.begin(), bytes.end()) : with_header(sources[index], bytes);
    const auto* control = reinterpret_cast<const std::uint8_t*>(controls[index].bytes.data());
    const Ancillary said = read_ancillary({control, messages[index].msg_hdr.msg_controllen});
    incoming.interface_index = said.interface_index;
    incoming.stamp = said.stamp;
    if (sources[index].sin6_family == AF_INET6) {
      incoming.source = IpAddress{Family::ipv6, {}};
      std::memcpy(incoming.source->bytes.data(), &sources[index].sin6_addr, sizeof sources[index].sin6_addr);
    }
    received.push_back(std::move(incoming));
  }
  return static_cast<std::size_t>(count) == kAtOnce;
}

}  // namespace trimtab::os
