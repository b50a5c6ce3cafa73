#include "os/icmp_socket.h"

#include <fmt/core.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "os/clock.h"

namespace trimtab::os {
namespace {

constexpr std::size_t kBatch = 64;  // packets in one system call
constexpr std::size_t kReceiveBudget = 256;
constexpr std::size_t kLongest = 512;

// Room for the answers of a thousand links while we are stopped for a second, each some 800 bytes with what
// the kernel adds. A flood fills any buffer.
constexpr int kReceiveBuffer = 1 << 20;

constexpr std::uint8_t kEchoReply = 0, kUnreachable = 3, kTimeExceeded = 11, kParameter = 12;

// The packet starts with its IP header; X is that header's length. Errors quote the packet that they are
// about after eight bytes, ours without IP options. Loads beyond the end reject.
Result<void> attach_filter(int socket, std::uint16_t identifier) {
  std::array<sock_filter, 14> program{{
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),  // type
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kEchoReply, 7, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kUnreachable, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kTimeExceeded, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kParameter, 0, 6),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, 8 + 9),  // the quoted packet's protocol
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 4),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 20 + 4),  // its identifier
      BPF_STMT(BPF_JMP | BPF_JA, 1),
      BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),  // a reply's identifier
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, identifier, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, 0xffff),
  }};
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

sockaddr_in to_sockaddr(const IpAddress& address) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  std::memcpy(&result.sin_addr, address.bytes.data(), sizeof result.sin_addr);
  return result;
}

struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(sizeof(in_pktinfo)) + CMSG_SPACE(sizeof(timespec))> bytes{};
};

// One message of a batch with all that it points to.
struct Envelope {
  sockaddr_in destination{};
  iovec data{};
  Control control{};

  void fill(const Outgoing& packet, msghdr& header) {
    destination = to_sockaddr(packet.destination);
    data = {const_cast<std::uint8_t*>(packet.message.data()), packet.message.size()};
    header = {};
    header.msg_name = &destination;
    header.msg_namelen = sizeof destination;
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = &control;
    header.msg_controllen = CMSG_SPACE(sizeof(in_pktinfo));
    in_pktinfo info{};
    info.ipi_ifindex = packet.interface_index;
    info.ipi_spec_dst = to_sockaddr(packet.source).sin_addr;
    cmsghdr* first = CMSG_FIRSTHDR(&header);
    first->cmsg_level = IPPROTO_IP;
    first->cmsg_type = IP_PKTINFO;
    first->cmsg_len = CMSG_LEN(sizeof info);
    std::memcpy(CMSG_DATA(first), &info, sizeof info);
  }
};

void read_control(msghdr& header, Incoming& incoming) {
  for (cmsghdr* item = CMSG_FIRSTHDR(&header); item != nullptr; item = CMSG_NXTHDR(&header, item)) {
    if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO &&
        item->cmsg_len >= CMSG_LEN(sizeof(in_pktinfo))) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(item), sizeof info);
      incoming.interface_index = info.ipi_ifindex;
    }
    if (item->cmsg_level == SOL_SOCKET && item->cmsg_type == SCM_TIMESTAMPNS &&
        item->cmsg_len >= CMSG_LEN(sizeof(timespec))) {
      timespec stamp{};
      std::memcpy(&stamp, CMSG_DATA(item), sizeof stamp);
      if (stamp.tv_sec == 0 && stamp.tv_nsec == 0) continue;
      incoming.stamp = WallTime{std::chrono::seconds{stamp.tv_sec} + std::chrono::nanoseconds{stamp.tv_nsec}};
    }
  }
}

}  // namespace

Result<IcmpSocket> IcmpSocket::open(std::uint16_t identifier) {
  Descriptor socket(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP));
  if (!socket.open()) {
    Error error = system_error("cannot open a raw socket for probes");
    if (error.number == EPERM) error.fix = "it needs CAP_NET_RAW";
    return error;
  }
  const int number = socket.number();
  if (const auto done = attach_filter(number, identifier); !done) return done.error();
  if (const auto done = set_option(number, SOL_SOCKET, SO_TIMESTAMPNS, 1, "time stamps"); !done) {
    return done.error();
  }
  if (const auto done = set_option(number, IPPROTO_IP, IP_PKTINFO, 1, "packet information"); !done) {
    return done.error();
  }
  // The kernel grants what it allows.
  ::setsockopt(number, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  return IcmpSocket(std::move(socket));
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
  constexpr std::size_t kAtOnce = 32;
  std::array<std::array<std::uint8_t, kLongest>, kAtOnce> buffers;
  std::array<Control, kAtOnce> controls;
  std::array<iovec, kAtOnce> data{};
  std::array<mmsghdr, kAtOnce> messages{};
  for (std::size_t index = 0; index < kAtOnce; ++index) {
    data[index] = {buffers[index].data(), kLongest};
    messages[index].msg_hdr.msg_iov = &data[index];
    messages[index].msg_hdr.msg_iovlen = 1;
    messages[index].msg_hdr.msg_control = &controls[index];
    messages[index].msg_hdr.msg_controllen = sizeof(Control);
  }
  const int count = ::recvmmsg(socket_.number(), messages.data(), kAtOnce, MSG_DONTWAIT, nullptr);
  if (count < 0) return errno == EINTR;
  for (std::size_t index = 0; index < static_cast<std::size_t>(count); ++index) {
    Incoming incoming;
    incoming.packet.assign(buffers[index].begin(), buffers[index].begin() + messages[index].msg_len);
    read_control(messages[index].msg_hdr, incoming);
    received.push_back(std::move(incoming));
  }
  return static_cast<std::size_t>(count) == kAtOnce;
}

}  // namespace trimtab::os
