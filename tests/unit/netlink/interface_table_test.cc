#include "netlink/interface_table.h"

#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <rapidcheck/gtest.h>
#include <sys/socket.h>

namespace trimtab::netlink {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kStart{1000s};

struct Told {
  std::uint16_t type = RTM_NEWLINK;
  int index = 0;
  const char* name = "";
  unsigned flags = IFF_UP | IFF_RUNNING;
  std::uint32_t sequence = 0;
  std::uint16_t header_flags = 0;
  std::uint8_t family = AF_UNSPEC;
  std::optional<std::uint64_t> rx_bytes{};
};

// As the kernel tells of an interface.
Bytes link_message(const Told& told) {
  Request request(told.type, 0);
  ifinfomsg header{};
  header.ifi_family = told.family;
  header.ifi_index = told.index;
  header.ifi_flags = told.flags;
  request.header(header);
  if (*told.name != 0) request.text(IFLA_IFNAME, told.name);
  if (told.rx_bytes) {
    rtnl_link_stats64 stats{};
    stats.rx_bytes = *told.rx_bytes;
    request.attribute(IFLA_STATS64, {reinterpret_cast<const std::uint8_t*>(&stats), sizeof stats});
  }
  Bytes bytes = request.finish(told.sequence);
  std::memcpy(bytes.data() + 6, &told.header_flags, sizeof told.header_flags);
  return bytes;
}

Bytes status_message(std::uint16_t type, std::uint32_t sequence, std::int32_t status,
                     std::uint16_t flags = 0) {
  Request request(type, 0);
  request.header(status);
  Bytes bytes = request.finish(sequence);
  std::memcpy(bytes.data() + 6, &flags, sizeof flags);
  return bytes;
}

std::uint32_t sequence_of(const Bytes& request) {
  std::uint32_t sequence = 0;
  std::memcpy(&sequence, request.data() + 8, sizeof sequence);
  return sequence;
}

// A table that has heard of two interfaces in its first dump.
class Dumped : public ::testing::Test {
 protected:
  Dumped() {
    sequence = sequence_of(*table.request(kStart));
    table.take(link_message({.index = 2, .name = "gre-b", .sequence = sequence}));
    table.take(link_message({.index = 3, .name = "gre-c", .flags = IFF_UP, .sequence = sequence}));
    table.take(status_message(NLMSG_DONE, sequence, 0));
  }

  InterfaceTable table;
  std::uint32_t sequence = 0;
};

TEST_F(Dumped, KnowsWhatItWasTold) {
  EXPECT_TRUE(table.complete());
  EXPECT_EQ(*table.find("gre-b"), (Interface{.index = 2, .name = "gre-b", .up = true, .running = true}));
  EXPECT_FALSE(table.find(3)->running);
  EXPECT_EQ(table.find("gre-d"), nullptr);
  EXPECT_FALSE(table.next_deadline());
  EXPECT_FALSE(table.request(kStart + 1h));
}

TEST_F(Dumped, SaysWhetherSomethingChanged) {
  EXPECT_FALSE(table.take(link_message({.index = 2, .name = "gre-b"})).changed);
  EXPECT_TRUE(table.take(link_message({.index = 2, .name = "gre-b", .flags = 0})).changed);
  EXPECT_TRUE(table.take(link_message({.type = RTM_DELLINK, .index = 2, .name = "gre-b"})).changed);
  EXPECT_FALSE(table.take(link_message({.type = RTM_DELLINK, .index = 2, .name = "gre-b"})).changed);
  EXPECT_EQ(table.find("gre-b"), nullptr);
}

TEST_F(Dumped, ABridgesWordOnItsPortsIsNotAboutInterfaces) {
  EXPECT_FALSE(
      table.take(link_message({.type = RTM_DELLINK, .index = 2, .name = "gre-b", .family = AF_BRIDGE}))
          .changed);
  EXPECT_NE(table.find("gre-b"), nullptr);
}

TEST_F(Dumped, ADumpForgetsWhatIsNotInIt) {
  table.overrun();
  const std::uint32_t again = sequence_of(*table.request(kStart + 1s));
  table.take(link_message({.index = 3, .name = "gre-c", .sequence = again}));
  EXPECT_NE(table.find("gre-b"), nullptr);
  EXPECT_TRUE(table.take(status_message(NLMSG_DONE, again, 0)).changed);
  EXPECT_EQ(table.find("gre-b"), nullptr);
  EXPECT_NE(table.find("gre-c"), nullptr);
}

TEST_F(Dumped, AnInterruptedOrFailedDumpIsNotBelieved) {
  for (const bool failed : {false, true}) {
    table.overrun();
    const MonotonicTime now = failed ? kStart + 2s : kStart + 1s;
    const std::uint32_t again = sequence_of(*table.request(now));
    const auto done = failed ? status_message(NLMSG_DONE, again, -EBUSY)
                             : status_message(NLMSG_DONE, again, 0, NLM_F_DUMP_INTR);
    EXPECT_FALSE(table.take(done).changed);
    EXPECT_NE(table.find("gre-b"), nullptr);
    EXPECT_EQ(table.next_deadline(), now + 200ms);
  }
}

TEST_F(Dumped, AsksAgainAtMostFiveTimesASecond) {
  int dumps = 0;
  for (Duration since = 1s; since < 2s; since += 1ms) {
    table.overrun();
    if (table.request(kStart + since)) ++dumps;
  }
  EXPECT_EQ(dumps, 5);
}

TEST_F(Dumped, AsksAgainWhenADumpIsNotAnswered) {
  table.overrun();
  ASSERT_TRUE(table.request(kStart + 1s));
  EXPECT_FALSE(table.request(kStart + 5s));
  EXPECT_EQ(table.next_deadline(), kStart + 6s);
  EXPECT_TRUE(table.request(kStart + 6s));
}

TEST_F(Dumped, CountersAreAnswersAndNotNews) {
  const std::uint32_t asked = sequence_of(table.ask_counters("gre-b"));
  EXPECT_TRUE(table.take(link_message({.index = 2, .name = "gre-b", .rx_bytes = 5})).counters.empty());
  const auto heard =
      table.take(link_message({.index = 2, .name = "gre-b", .sequence = asked, .rx_bytes = 7}));
  ASSERT_EQ(heard.counters.size(), 1U);
  EXPECT_EQ(heard.counters[0].counters.rx_bytes, 7U);
  EXPECT_EQ(heard.counters[0].interface.index, 2);
  table.take(status_message(NLMSG_ERROR, asked, 0));
  EXPECT_TRUE(table.take(link_message({.index = 2, .name = "gre-b", .sequence = asked, .rx_bytes = 8}))
                  .counters.empty());
}

TEST_F(Dumped, WhatIsMalformedLetsItReadAnew) {
  Bytes too_long = link_message({.index = 2, .name = "gre-b"});
  too_long[0] = 0xff;
  Bytes too_short = too_long;
  too_short[0] = 15;
  Bytes bad_attribute = link_message({.index = 2, .name = "gre-b"});
  bad_attribute[32] = 1;  // an attribute shorter than its own header
  for (const Bytes& datagram : {too_long, too_short, bad_attribute, Bytes{1, 2, 3}}) {
    InterfaceTable copy = table;
    copy.take(datagram);
    EXPECT_TRUE(copy.next_deadline());
    EXPECT_NE(copy.find("gre-c"), nullptr);
  }
}

RC_GTEST_PROP(InterfaceTable, SurvivesAnyBytes,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& spoil)) {
  InterfaceTable table;
  const std::uint32_t sequence = sequence_of(*table.request(kStart));
  Bytes datagram = link_message({.index = 2, .name = "gre-b", .sequence = sequence, .rx_bytes = 1});
  const Bytes done = status_message(NLMSG_DONE, sequence, 0);
  datagram.insert(datagram.end(), done.begin(), done.end());
  for (const auto& [at, value] : spoil) datagram[at % datagram.size()] = value;
  datagram.resize(*rc::gen::inRange<std::size_t>(0, datagram.size() + 1));
  table.take(datagram);
  table.take(*rc::gen::arbitrary<Bytes>());
}

}  // namespace
}  // namespace trimtab::netlink
