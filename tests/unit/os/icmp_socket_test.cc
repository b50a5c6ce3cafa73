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

}  // namespace
}  // namespace trimtab::os
