// The probe socket on a real kernel: loopback and veth pairs in a namespace of the test's own. As root.
#include "os/icmp_socket.h"

#include <gtest/gtest.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string>
#include <thread>

#include "os/clock.h"
#include "own_namespace.h"

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;
using testing::in_own_namespace;
using testing::ip;

constexpr std::uint16_t kIdentifier = 0x7a11;

int index_of(const char* name) {
  return static_cast<int>(::if_nametoindex(name));
}

std::uint16_t checksum(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    sum += static_cast<std::uint32_t>(bytes[at]) << 8U | bytes[at + 1];
  }
  while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum & 0xffffU);
}

std::vector<std::uint8_t> icmp(std::uint8_t type, std::uint16_t identifier, std::uint8_t mark) {
  std::vector<std::uint8_t> message(24, 0);
  message[0] = type;
  message[4] = static_cast<std::uint8_t>(identifier >> 8U);
  message[5] = static_cast<std::uint8_t>(identifier & 0xffU);
  message[8] = mark;
  const std::uint16_t sum = checksum(message);
  message[2] = static_cast<std::uint8_t>(sum >> 8U);
  message[3] = static_cast<std::uint8_t>(sum & 0xffU);
  return message;
}

std::vector<std::uint8_t> request(std::uint8_t mark, std::uint16_t identifier = kIdentifier) {
  return icmp(8, identifier, mark);
}

IpAddress address(const char* text) {
  return *parse_address(text);
}

// Everything that comes until nothing came for a moment; waits up to two seconds for the first.
std::vector<Incoming> collect(IcmpSocket& socket) {
  std::vector<Incoming> all;
  pollfd waiting{.fd = socket.descriptor(), .events = POLLIN, .revents = 0};
  while (::poll(&waiting, 1, all.empty() ? 2000 : 50) > 0) {
    for (Incoming& incoming : socket.receive()) all.push_back(std::move(incoming));
  }
  return all;
}

// What a second ping program, or a forger, sends to us by way of lo.
void send_as_stranger(const std::vector<std::uint8_t>& message) {
  const Descriptor raw(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(
      ::sendto(raw.number(), message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to),
      static_cast<ssize_t>(message.size()));
}

TEST(IcmpSocket, MeasuresLoopback) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket) << socket.error().text();
    const auto message = request(1);
    const Outgoing packet{index_of("lo"), address("127.0.0.1"), address("127.0.0.1"), message};
    const auto departures = socket->send({&packet, 1});
    ASSERT_EQ(departures.size(), 1U);
    ASSERT_EQ(departures[0].error, 0) << std::strerror(departures[0].error);
    const auto received = collect(*socket);
    ASSERT_EQ(received.size(), 1U) << "the request itself, looped back, must not be seen";
    EXPECT_EQ(received[0].interface_index, index_of("lo"));
    ASSERT_EQ(received[0].packet.size(), 44U);
    EXPECT_EQ(received[0].packet[20], 0);
    EXPECT_EQ(received[0].packet[28], 1);
    ASSERT_TRUE(received[0].stamp);
    const Duration rtt = *received[0].stamp - departures[0].at.wall;
    EXPECT_GT(rtt, -1ms);
    EXPECT_LT(rtt, 100ms);
  });
}

TEST(IcmpSocket, OnlyAnswersToOurOwnWakeUs) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    for (int count = 0; count < 100; ++count) send_as_stranger(request(1, 0x1234));  // answered by the kernel
    send_as_stranger(icmp(0, 0x1234, 2));
    send_as_stranger(icmp(13, kIdentifier, 3));
    send_as_stranger(icmp(3, 0, 4));  // an error that quotes nothing of ours
    send_as_stranger(icmp(0, kIdentifier, 5));
    const auto received = collect(*socket);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].packet[28], 5);
  });
}

TEST(IcmpSocket, HearsOfOthersRequestsOnlyWhereItAskedForThem) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier, {.packet_bytes = 44, .sequence_bits = 0x8000});
    ASSERT_TRUE(socket);
    const auto sequence = [](std::vector<std::uint8_t> message, std::uint8_t high) {
      message[2] = message[3] = 0;
      message[6] = high;
      const std::uint16_t sum = checksum(message);
      message[2] = static_cast<std::uint8_t>(sum >> 8U);
      message[3] = static_cast<std::uint8_t>(sum & 0xffU);
      return message;
    };
    auto ping = request(2, 0x1234);
    ping.resize(64);
    send_as_stranger(sequence(request(1, 0x1234), 0x7f));
    send_as_stranger(sequence(ping, 0x80));
    send_as_stranger(sequence(request(3, 0x1234), 0x80));
    const auto received = collect(*socket);
    ASSERT_EQ(received.size(), 1U);
    EXPECT_EQ(received[0].packet[28], 3);
  });
}

TEST(IcmpSocket, HearsOfErrorsAboutItsRequests) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    auto message = icmp(3, 0, 0);
    const auto quoted = request(1);
    message.resize(8);
    std::vector<std::uint8_t> header(20, 0);
    header[0] = 0x45;
    header[3] = 44;
    header[9] = 1;
    message.insert(message.end(), header.begin(), header.end());
    message.insert(message.end(), quoted.begin(), quoted.begin() + 8);
    send_as_stranger(message);
    ASSERT_EQ(collect(*socket).size(), 1U);
  });
}

// What arrives on an interface, as tcpdump would see it.
class Tap {
 public:
  explicit Tap(const char* name)
      : socket_(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_IP))) {
    sockaddr_ll link{};
    link.sll_family = AF_PACKET;
    link.sll_protocol = htons(ETH_P_IP);
    link.sll_ifindex = index_of(name);
    EXPECT_EQ(::bind(socket_.number(), reinterpret_cast<sockaddr*>(&link), sizeof link), 0);
  }

  // The marks of the requests that it saw.
  std::vector<int> seen() const {
    std::vector<int> marks;
    std::array<std::uint8_t, 128> packet{};
    while (::recv(socket_.number(), packet.data(), packet.size(), 0) == 44) marks.push_back(packet[28]);
    return marks;
  }

 private:
  Descriptor socket_;
};

// Both links lead to the same address, and the route knows only one of them.
TEST(IcmpSocket, AProbeLeavesThroughTheInterfaceThatItNames) {
  in_own_namespace([] {
    for (const std::string n : {"1", "2"}) {
      ip("link add near" + n + " type veth peer name far" + n);
      ip("link set near" + n + " up");
      ip("link set far" + n + " up");
      ip("addr add 10.9." + n + ".1/30 dev near" + n);
      ip("neigh add 10.9.1.2 lladdr 02:00:00:00:00:02 dev near" + n);
    }
    const Tap one("far1"), two("far2");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    const auto first = request(1), second = request(2);
    const std::vector<Outgoing> both{
        {index_of("near1"), address("10.9.1.1"), address("10.9.1.2"), first},
        {index_of("near2"), address("10.9.2.1"), address("10.9.1.2"), second},
    };
    for (const Departure& departure : socket->send(both)) EXPECT_EQ(departure.error, 0);
    EXPECT_EQ(one.seen(), std::vector{1});
    EXPECT_EQ(two.seen(), std::vector{2});
  });
}

struct Fault {
  const char* name;
  const char* break_it;
};

// Kernels differ in what they call each of these.
const std::set<int> kLocalFaults{ENODEV, ENXIO, ENETDOWN, ENETUNREACH, EADDRNOTAVAIL};

TEST(IcmpSocket, TellsLocalFaultsAndRecovers) {
  const std::vector<Fault> table{
      {"the address is gone", "addr del 10.9.1.1/30 dev near"},
      {"the interface is down", "link set near down"},
      {"the interface is gone", "link del near"},
  };
  for (const Fault& fault : table) {
    in_own_namespace([&fault] {
      const auto make = [] {
        ip("link add near type veth peer name far");
        ip("link set near up");
        ip("link set far up");
        ip("addr add 10.9.1.1/30 dev near");
        ip("neigh add 10.9.1.2 lladdr 02:00:00:00:00:02 dev near");
      };
      ip("link set lo up");
      make();
      auto socket = IcmpSocket::open(kIdentifier);
      ASSERT_TRUE(socket);
      const int index = index_of("near");
      const auto message = request(1);
      // A healthy packet on either side of the faulty one: it must not be dragged along.
      const Outgoing healthy{index_of("lo"), address("127.0.0.1"), address("127.0.0.1"), message};
      const std::vector<Outgoing> batch{
          healthy, {index, address("10.9.1.1"), address("10.9.1.2"), message}, healthy};
      for (const Departure& departure : socket->send(batch)) EXPECT_EQ(departure.error, 0) << fault.name;
      collect(*socket);
      ip(fault.break_it);
      const auto broken = socket->send(batch);
      ASSERT_EQ(broken.size(), 3U) << fault.name;
      EXPECT_EQ(broken[0].error, 0) << fault.name;
      EXPECT_TRUE(kLocalFaults.contains(broken[1].error))
          << fault.name << ": " << std::strerror(broken[1].error);
      EXPECT_EQ(broken[2].error, 0) << fault.name;
      EXPECT_EQ(collect(*socket).size(), 2U) << fault.name;
      ip("link del near 2>/dev/null; true");
      make();
      EXPECT_NE(index_of("near"), index) << fault.name;
      const Outgoing again{index_of("near"), address("10.9.1.1"), address("10.9.1.2"), message};
      EXPECT_EQ(socket->send({&again, 1}).at(0).error, 0) << fault.name;
    });
  }
}

TEST(IcmpSocket, SendsMoreThanOneSystemCallTakes) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    const auto message = request(1);
    const std::vector<Outgoing> batch(300,
                                      {index_of("lo"), address("127.0.0.1"), address("127.0.0.1"), message});
    const auto departures = socket->send(batch);
    ASSERT_EQ(departures.size(), 300U);
    for (std::size_t at = 1; at < departures.size(); ++at) {
      EXPECT_EQ(departures[at].error, 0);
      EXPECT_GE(departures[at].at.monotonic, departures[at - 1].at.monotonic);
    }
    EXPECT_EQ(collect(*socket).size(), 300U);
  });
}

TEST(IcmpSocket, ReadsAFloodInPortions) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    for (int count = 0; count < 400; ++count) send_as_stranger(icmp(0, kIdentifier, 1));
    EXPECT_EQ(socket->receive().size(), 256U);
    EXPECT_GT(socket->receive().size(), 0U);
  });
}

// What is as long as the interface's MTU comes back whole, a byte more does not leave, and none goes in
// pieces.
void expect_whole_or_refused(IcmpSocket& socket, const IpAddress& own, std::vector<std::uint8_t> message,
                             std::size_t ip_header) {
  for (const std::size_t mtu : {1500U, 9216U}) {
    ip("link set lo mtu " + std::to_string(mtu));
    for (const std::size_t packet : {mtu, mtu + 1}) {
      message.resize(packet - ip_header, 0);  // zeros leave the checksum as it is
      const Outgoing outgoing{index_of("lo"), own, own, message};
      const auto departures = socket.send({&outgoing, 1});
      EXPECT_EQ(departures.at(0).error, packet == mtu ? 0 : EMSGSIZE) << packet;
    }
    const auto received = collect(socket);
    ASSERT_EQ(received.size(), 1U) << mtu;
    EXPECT_EQ(received[0].packet.size(), mtu - (own.family == Family::ipv4 ? 0 : ip_header));
  }
}

TEST(IcmpSocket, SendsLongPacketsWholeOrNotAtAll) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    expect_whole_or_refused(*socket, address("127.0.0.1"), request(1), 20);
  });
}

TEST(IcmpSocket, ReadsManyLongPacketsEachWhole) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier);
    ASSERT_TRUE(socket);
    std::vector<std::vector<std::uint8_t>> messages;
    for (std::uint8_t mark = 1; mark <= 40; ++mark) messages.push_back(request(mark));
    for (auto& message : messages) message.resize(9216 - 20, 0);
    std::vector<Outgoing> batch;
    for (const auto& message : messages)
      batch.push_back({index_of("lo"), address("127.0.0.1"), address("127.0.0.1"), message});
    socket->send(batch);
    const auto received = collect(*socket);
    ASSERT_EQ(received.size(), 40U);
    for (std::size_t at = 0; at < received.size(); ++at) {
      EXPECT_EQ(received[at].packet.size(), 9216U);
      EXPECT_EQ(received[at].packet[28], at + 1);
    }
  });
}

// ---- over IPv6

std::vector<std::uint8_t> request6(std::uint8_t mark, std::uint16_t identifier = kIdentifier) {
  auto message = icmp(128, identifier, mark);
  message[2] = message[3] = 0;  // the kernel's to fill in
  return message;
}

// The kernel takes packets from a new address before its own worker has made the local route, without which
// an answer goes nowhere: nearly half of them when one sends at once. The prefix's route would look like that
// one.
void add_address6(const char* text) {
  ip(std::string("address add ") + text + "/128 dev lo nodad noprefixroute");
  const Descriptor probe(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 to{};
  to.sin6_family = AF_INET6;
  to.sin6_port = htons(9);
  std::memcpy(&to.sin6_addr, address(text).bytes.data(), sizeof to.sin6_addr);
  int connected = -1;
  for (int patience = 5000; patience > 0 && connected != 0; --patience) {
    connected = ::connect(probe.number(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (connected != 0) std::this_thread::sleep_for(1ms);
  }
  ASSERT_EQ(connected, 0) << text << " has no route";
}

TEST(IcmpSocket6, MeasuresLoopbackAndTellsTheSource) {
  in_own_namespace([] {
    ip("link set lo up");
    add_address6("fd31::1");
    auto socket = IcmpSocket::open(kIdentifier, {}, Family::ipv6);
    ASSERT_TRUE(socket) << socket.error().text();
    const auto message = request6(1);
    const auto stranger = request6(2, kIdentifier + 1);
    const Outgoing packets[] = {{index_of("lo"), address("fd31::1"), address("::1"), message},
                                {index_of("lo"), address("fd31::1"), address("::1"), stranger}};
    const auto departures = socket->send(packets);
    ASSERT_EQ(departures.size(), 2U);
    EXPECT_EQ(departures[0].error, 0);
    const auto received = collect(*socket);
    ASSERT_EQ(received.size(), 1U) << "neither the request itself nor another program's reply";
    EXPECT_EQ(received[0].interface_index, index_of("lo"));
    EXPECT_EQ(received[0].source, address("::1"));
    ASSERT_EQ(received[0].packet.size(), 24U);
    EXPECT_EQ(received[0].packet[0], 129);
    EXPECT_EQ(received[0].packet[8], 1);
    EXPECT_TRUE(received[0].stamp.has_value());
  });
}

TEST(IcmpSocket6, SendsLongPacketsWholeOrNotAtAll) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier, {}, Family::ipv6);
    ASSERT_TRUE(socket) << socket.error().text();
    expect_whole_or_refused(*socket, address("::1"), request6(1), 40);
  });
}

TEST(IcmpSocket6, HearsQuickRequestsAndErrorsAboutItsOwn) {
  in_own_namespace([] {
    ip("link set lo up");
    auto socket = IcmpSocket::open(kIdentifier, {.packet_bytes = 64, .sequence_bits = 0x8000}, Family::ipv6);
    ASSERT_TRUE(socket) << socket.error().text();
    auto quick = request6(1, 7);
    quick[6] = 0x80;
    const auto regular = request6(2, 7);
    std::vector<std::uint8_t> error(8 + 40, 0);
    error[0] = 1;
    error[8] = 0x60;
    error[8 + 6] = IPPROTO_ICMPV6;
    auto others_error = error;
    const auto mine = request6(3);
    const auto theirs = request6(3, 7);
    error.insert(error.end(), mine.begin(), mine.end());
    others_error.insert(others_error.end(), theirs.begin(), theirs.end());
    std::vector<Outgoing> packets;
    for (std::span<const std::uint8_t> message :
         std::vector<std::span<const std::uint8_t>>{quick, regular, error, others_error}) {
      packets.push_back({index_of("lo"), address("::1"), address("::1"), message});
    }
    socket->send(packets);
    std::vector<int> types;
    for (const Incoming& incoming : collect(*socket)) types.push_back(incoming.packet[0]);
    EXPECT_EQ(types, (std::vector<int>{128, 1}));
  });
}

}  // namespace
}  // namespace trimtab::os
