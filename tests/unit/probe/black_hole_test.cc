// Full-size probes through the prober: beside everything else, and noticed by nothing else.
#include <gtest/gtest.h>

#include "probe/icmp6.h"
#include "world.h"

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;
using testing::kB;
using testing::kC;
using testing::link_to;
using testing::peer_of;
using testing::World;

const Cadence kQuickPace{.interval = 1s, .probes = 5};

Passage passage(const World& world, SiteId link = kB) {
  return world.prober.full_size(link)->passage;
}

TEST(BlackHole, PacketsThatPassAreTriedOnceAnHour) {
  World world({link_to(kB), link_to(kC)});
  world.run_until(world.now + 30s);
  EXPECT_EQ(passage(world), Passage::passes);
  EXPECT_EQ(world.prober.full_size(kB)->packet_bytes, 1400);
  EXPECT_EQ(world.full_size[kB].size(), 1U);
  world.run_until(world.now + 3h);
  EXPECT_EQ(world.full_size[kB].size(), 4U);
  EXPECT_FALSE(world.prober.full_size(9));
}

TEST(BlackHole, IsFoundWithinSecondsAndItsEndToo) {
  World world({link_to(kB, kQuickPace), link_to(kC, kQuickPace)});
  world.swallowing = {kB};
  world.run_until(world.now + 10s);
  EXPECT_EQ(passage(world, kB), Passage::blocked);
  EXPECT_EQ(passage(world, kC), Passage::passes);
  world.run_until(world.now + 1min);
  EXPECT_EQ(passage(world, kB), Passage::blocked);
  world.swallowing.clear();
  world.run_until(world.now + 5s);
  EXPECT_EQ(passage(world, kB), Passage::passes);
}

TEST(BlackHole, AtTheShippedPaceItTakesHalfAMinuteAtMost) {
  World world({link_to(kB)});
  world.swallowing = {kB};
  while (world.sent[kB].empty()) world.run_until(world.now + kGrid);
  world.run_until(world.now + 30s);
  EXPECT_EQ(passage(world), Passage::blocked);
}

TEST(BlackHole, OneThatComesLaterIsFoundWithinAnHour) {
  World world({link_to(kB)});
  world.run_until(world.now + 10min);
  world.swallowing = {kB};
  world.run_until(world.now + 30min);
  EXPECT_EQ(passage(world), Passage::passes);
  world.run_until(world.now + 32min);
  EXPECT_EQ(passage(world), Passage::blocked);
}

TEST(BlackHole, SilenceIsNone) {
  World world({link_to(kB, kQuickPace)});
  world.swallowing = {kB};
  while (world.full_size[kB].size() < 2) world.run_until(world.now + kGrid);
  world.delay.clear();
  world.run_until(world.now + 5min);
  EXPECT_EQ(passage(world), Passage::unknown);
  EXPECT_EQ(world.full_size[kB].size(), 2U) << "and nothing long goes into it";
}

// Half of everything is lost, long or short.
TEST(BlackHole, LossIsNone) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    World world({link_to(kB, kQuickPace)});
    Rng rng(seed);
    world.loses = [&rng](SiteId) { return rng.below(2) == 0; };
    for (int minute = 0; minute < 60; ++minute) {
      world.run_until(world.now + 1min);
      EXPECT_NE(passage(world), Passage::blocked) << "seed " << seed << " minute " << minute;
    }
  }
}

TEST(BlackHole, ARefusalOfOurKernelIsNone) {
  World world({link_to(kB, kQuickPace)});
  world.refusing_full_size = true;
  world.run_until(world.now + 10min);
  EXPECT_EQ(passage(world), Passage::unknown);
  EXPECT_EQ(world.prober.counters(kB)->local_faults, 0U);
  EXPECT_GE(world.full_size[kB].size(), 100U) << "it is tried again, and again";
}

// Stopped while a full-size probe and small ones are under way, its answer lost, theirs in the socket.
TEST(BlackHole, AStoppedProcessFindsNone) {
  for (const Duration length : {1500ms, 5000ms, 60000ms}) {
    World world({link_to(kB, kQuickPace)});
    world.delay[kB] = 600ms;
    world.swallowing = {kB};
    for (std::size_t round = 1; round <= 20; ++round) {
      while (world.full_size[kB].size() < round) world.run_until(world.now + kGrid);
      world.run_until(world.now + 300ms);
      world.sleep_until(world.now + length);
      world.turn();
      EXPECT_EQ(passage(world), Passage::unknown) << length.count();
      world.run_until(world.now + 100ms);
    }
  }
}

// By whoever has seen only the small ones, or only the length.
TEST(BlackHole, AForgedAnswerDoesNotEndIt) {
  World world({link_to(kB, kQuickPace)});
  world.swallowing = {kB};
  world.run_until(world.now + 10s);
  ASSERT_EQ(passage(world), Passage::blocked);
  const Counters before = *world.prober.counters(kB);
  EchoRequest right = world.last_full_size[kB];
  right.identifier = 0xbeef;
  const auto forge = [&](const EchoRequest& request, SiteId source = kB) {
    world.prober.received(kB, testing::reply_to(encode(request), {.source = peer_of(source)}), {});
  };
  EchoRequest nonce = right, shorter = right, longer = right, number = right, identifier = right;
  nonce.nonce.back() ^= 1;
  --shorter.payload_bytes;
  ++longer.payload_bytes;
  ++number.sequence;
  ++identifier.identifier;
  for (const EchoRequest& request : {nonce, shorter, longer, number, identifier}) forge(request);
  forge(right, kC);
  EXPECT_EQ(passage(world), Passage::blocked);
  EXPECT_EQ(world.prober.counters(kB)->forged, before.forged);
  forge(right);
  EXPECT_EQ(passage(world), Passage::passes) << "else this test shows nothing";
}

TEST(BlackHole, NothingElseKnowsOfIt) {
  World whole({link_to(kB, kQuickPace)}), holed({link_to(kB, kQuickPace)});
  holed.swallowing = {kB};
  for (World* world : {&whole, &holed}) {
    world->prober.expect(kB, Milliseconds{900});
    world->run_until(world->now + 10min);
  }
  EXPECT_GE(holed.full_size[kB].size(), 80U);
  EXPECT_EQ(whole.full_size[kB].size(), 3U);
  EXPECT_EQ(whole.sent, holed.sent);
  EXPECT_EQ(whole.quick, holed.quick);
  EXPECT_EQ(whole.tally(kB), holed.tally(kB));
  const Counters counters = *holed.prober.counters(kB);
  EXPECT_EQ(counters.sent, whole.prober.counters(kB)->sent);
  EXPECT_EQ(counters.lost + counters.forged + counters.unmeasured + counters.duplicates, 0U);
}

TEST(BlackHole, IsLookedForOverIpv6Too) {
  ProbedLink link = link_to(kB, kQuickPace);
  link.peer = *parse_address("fd31::2");
  link.mtu = 1280;
  Prober prober({.identifier = 7, .seed = 1, .fill_random = [](auto) {}});
  MonotonicTime now{1000s};
  prober.set_links({link}, now);
  for (int turn = 0; turn < 40; ++turn) {
    now = *prober.next_deadline();
    const Instant instant{now, WallTime{now.time_since_epoch()}};
    for (const Probe& probe : prober.handle(now).probes) {
      prober.sent(kB, probe.sequence, instant);
      const bool full_size = pace_of(probe.sequence) == Pace::full_size;
      EXPECT_EQ(probe.message.size(), full_size ? 1240U : 24U);
      Bytes answer = probe.message;
      answer[0] = 129;
      prober.received(kB, link.peer, answer, {.stamp = instant.wall, .read = instant});
    }
  }
  EXPECT_EQ(prober.full_size(kB)->passage, Passage::passes);
}

}  // namespace
}  // namespace trimtab::probe
