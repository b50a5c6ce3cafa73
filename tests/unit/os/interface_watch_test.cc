// The watch and the table that understands it, on a real kernel, in a namespace of the test's own. As root.
#include "os/interface_watch.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>

#include "netlink/interface_table.h"
#include "os/clock.h"
#include "own_namespace.h"

namespace trimtab::os {
namespace {

using namespace std::chrono_literals;
using netlink::InterfaceTable;
using testing::in_own_namespace;
using testing::ip;

// What the daemon does with the two.
class Watched {
 public:
  Watched() : watch_(std::move(*InterfaceWatch::open())) {}

  // Until the condition holds, for five seconds at most.
  bool until(const std::function<bool()>& condition) {
    const MonotonicTime end = take_clocks().monotonic + 5s;
    while (!condition() && take_clocks().monotonic < end) turn();
    return condition();
  }

  void turn() {
    if (const auto request = table.request(take_clocks().monotonic)) {
      ++dumps;
      EXPECT_TRUE(watch_.send(*request));
    }
    pollfd waiting{.fd = watch_.descriptor(), .events = POLLIN, .revents = 0};
    ::poll(&waiting, 1, 50);
    const auto heard = watch_.read();
    if (heard.overrun) table.overrun();
    overruns += heard.overrun ? 1 : 0;
    for (const auto& datagram : heard.datagrams) {
      for (auto& counted : table.take(datagram).counters) counters.push_back(counted);
    }
  }

  void ask_counters(const char* name) { EXPECT_TRUE(watch_.send(table.ask_counters(name))); }

  void shrink_buffer() {
    const int least = 0;
    ::setsockopt(watch_.descriptor(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  }

  bool running(const char* name) const {
    const netlink::Interface* found = table.find(name);
    return found != nullptr && found->running;
  }

  InterfaceTable table;
  std::vector<InterfaceTable::Counted> counters;
  int dumps = 0, overruns = 0;

 private:
  InterfaceWatch watch_;
};

TEST(InterfaceWatch, KnowsWhatIsThereAndHearsWhatChanges) {
  in_own_namespace([] {
    ip("link add near type veth peer name far");
    Watched watched;
    ASSERT_TRUE(watched.until([&] { return watched.table.complete(); }));
    ASSERT_NE(watched.table.find("near"), nullptr);
    EXPECT_EQ(watched.table.find("near")->index, static_cast<int>(::if_nametoindex("near")));
    EXPECT_FALSE(watched.table.find("near")->up);
    ip("link set near up");
    EXPECT_TRUE(watched.until([&] { return watched.table.find("near")->up; }));
    EXPECT_FALSE(watched.running("near"));
    ip("link set far up");
    EXPECT_TRUE(watched.until([&] { return watched.running("near"); }));
    ip("link set far down");
    EXPECT_TRUE(watched.until([&] { return !watched.running("near"); }));
    EXPECT_TRUE(watched.table.find("near")->up);
    EXPECT_EQ(watched.dumps, 1) << "changes are heard, not polled";
  });
}

TEST(InterfaceWatch, ANameComesBackWithAnotherIndex) {
  in_own_namespace([] {
    ip("link add near type veth peer name far");
    Watched watched;
    ASSERT_TRUE(watched.until([&] { return watched.table.find("near") != nullptr; }));
    const int index = watched.table.find("near")->index;
    ip("link del near");
    EXPECT_TRUE(watched.until([&] { return watched.table.find("near") == nullptr; }));
    ip("link add near type veth peer name far");
    EXPECT_TRUE(watched.until([&] { return watched.table.find("near") != nullptr; }));
    EXPECT_NE(watched.table.find("near")->index, index);
    EXPECT_EQ(watched.table.find(index), nullptr);
    ip("link set near name renamed");
    EXPECT_TRUE(watched.until([&] { return watched.table.find("renamed") != nullptr; }));
    EXPECT_EQ(watched.table.find("near"), nullptr);
  });
}

// The kernel tells of a bridge's ports with the messages of interfaces: a port that left is not deleted.
TEST(InterfaceWatch, LeavingABridgeIsNoDeletion) {
  in_own_namespace([] {
    ip("link add near type veth peer name far");
    ip("link add bridge type bridge");
    Watched watched;
    ip("link set near master bridge");
    ip("link set near nomaster");
    ip("link add last type veth peer name other");
    EXPECT_TRUE(
        watched.until([&] { return watched.table.complete() && watched.table.find("last") != nullptr; }));
    EXPECT_NE(watched.table.find("near"), nullptr);
  });
}

TEST(InterfaceWatch, ReadsCountersOnRequest) {
  in_own_namespace([] {
    ip("link set lo up");
    Watched watched;
    ASSERT_TRUE(watched.until([&] { return watched.table.complete(); }));
    EXPECT_TRUE(watched.counters.empty());
    watched.ask_counters("absent");
    watched.ask_counters("lo");
    ASSERT_TRUE(watched.until([&] { return !watched.counters.empty(); }));
    EXPECT_EQ(watched.counters[0].interface.name, "lo");
    const netlink::LinkCounters before = watched.counters[0].counters;
    ASSERT_EQ(std::system("ping -q -c 3 -i 0.01 -s 100 127.0.0.1 >/dev/null"), 0);
    watched.counters.clear();
    watched.ask_counters("lo");
    ASSERT_TRUE(watched.until([&] { return !watched.counters.empty(); }));
    EXPECT_EQ(watched.counters[0].counters.rx_packets - before.rx_packets, 6U);
    EXPECT_GE(watched.counters[0].counters.rx_bytes - before.rx_bytes, 6U * 128U);
  });
}

TEST(InterfaceWatch, ReadsEverythingAnewAfterAnOverrun) {
  in_own_namespace([] {
    Watched watched;
    ASSERT_TRUE(watched.until([&] { return watched.table.complete(); }));
    watched.shrink_buffer();
    for (int count = 0; count < 10; ++count) {
      const std::string name = std::to_string(count);
      ip("link add near" + name + " type veth peer name far" + name);
      if (count < 9) ip("link del near" + name);
    }
    EXPECT_TRUE(watched.until([&] { return watched.overruns > 0; }));
    EXPECT_TRUE(watched.until([&] { return watched.table.find("near9") != nullptr; }));
    EXPECT_EQ(watched.table.find("near0"), nullptr);
    EXPECT_GE(watched.dumps, 2);
    EXPECT_LE(watched.dumps, 10);
  });
}

}  // namespace
}  // namespace trimtab::os
