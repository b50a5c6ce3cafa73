#include "probe/prober.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "packets.h"
#include "world.h"

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;
using testing::kB;
using testing::kC;
using testing::link_to;
using testing::peer_of;
using testing::World;

TEST(Prober, MeasuresEveryLinkInRounds) {
  World world({link_to(kB), link_to(kC)});
  world.run_until(world.now + 155s);
  EXPECT_GE(world.rounds.size(), 18U);
  for (const Round& round : world.rounds) {
    ASSERT_EQ(round.results.size(), 5U);
    for (const Result& result : round.results) {
      EXPECT_EQ(result.outcome, Outcome::answered);
      EXPECT_DOUBLE_EQ(result.rtt.count(), round.link == kB ? 20.0 : 30.0);
    }
  }
}

TEST(Prober, SilenceIsLossOnItsOwnLinkAlone) {
  World world({link_to(kB), link_to(kC)});
  world.run_until(world.now + 100s);
  world.rounds.clear();
  world.delay.erase(kC);
  world.run_until(world.now + 60s);
  EXPECT_EQ(world.tally(kB).size(), 1U);
  EXPECT_GE(world.tally(kC)[Outcome::lost], 10);
}

TEST(Prober, KnowsOfARoundsLossWithinTheTimeOut) {
  World world({link_to(kB, {.interval = 1s, .probes = 5})});
  world.delay.clear();
  world.run_until(world.now + 5s);
  ASSERT_FALSE(world.rounds.empty());
  const Duration spread = world.sent[kB][4] - world.sent[kB][0];
  EXPECT_LT(spread, 1s);
  World again({link_to(kB, {.interval = 1s, .probes = 5})});
  again.delay.clear();
  again.run_until(world.sent[kB][4] + 3s);
  EXPECT_EQ(again.rounds.size(), 1U);
}

TEST(Prober, RefusalsOfOurKernelAreUnmeasured) {
  World world({link_to(kB), link_to(kC)});
  world.refusing.insert(kB);
  world.run_until(world.now + 60s);
  EXPECT_EQ(world.tally(kB).size(), 1U);
  EXPECT_GE(world.tally(kB)[Outcome::unmeasured], 10);
  EXPECT_EQ(world.prober.counters(kB)->lost, 0U);
  EXPECT_GE(world.prober.counters(kB)->local_faults, 10U);
  EXPECT_EQ(world.tally(kC)[Outcome::lost], 0);
}

TEST(Prober, AStoppedProcessBlamesNoLink) {
  for (const Duration length : {1500ms, 5000ms, 60000ms, 3'600'000ms}) {
    World world({link_to(kB, {.interval = 1s, .probes = 5}), link_to(kC, {.interval = 1s, .probes = 5})});
    world.run_until(world.now + 20s);
    const std::size_t sent = world.sent[kB].size();
    world.sleep_until(world.now + length);
    world.turn();
    EXPECT_LE(world.sent[kB].size(), sent + 1) << "a burst after " << length.count();
    world.run_until(world.now + 20s);
    EXPECT_EQ(world.tally(kB)[Outcome::lost], 0) << length.count();
    EXPECT_GE(world.tally(kB)[Outcome::unmeasured], 1) << length.count();
    EXPECT_LE(world.tally(kB)[Outcome::unmeasured], 5 * (2 + length / 1s)) << length.count();
    EXPECT_LE(world.tally(kB)[Outcome::unmeasured], 400)
        << "rounds that were slept through are owed to nobody";
  }
}

// Suspended with a probe in flight: its answer came when there was nobody to receive it.
TEST(Prober, AMachineThatStoodStillBlamesNoLink) {
  World world({link_to(kB, {.interval = 60s, .probes = 5})});
  world.delay[kB] = 2s;
  while (world.prober.counters(kB)->sent < 3) world.run_until(world.now + kGrid);
  world.lose_what_is_in_flight();
  world.sleep_until(world.now + 60s);
  world.run_until(world.now + 120s);
  EXPECT_EQ(world.prober.counters(kB)->lost, 0U);
  EXPECT_GE(world.prober.counters(kB)->unmeasured, 1U);
  EXPECT_GE(world.tally(kB)[Outcome::answered], 5);
}

TEST(Prober, ALateWakeUpSendsTheNewestProbeOnly) {
  World world({link_to(kB, {.interval = 1s, .probes = 20})});
  world.run_until(world.now + 3s);
  const std::size_t sent = world.sent[kB].size();
  world.sleep_until(world.now + 200ms);
  world.turn();
  EXPECT_EQ(world.sent[kB].size(), sent + 1);
  EXPECT_GE(world.prober.counters(kB)->unmeasured, 2U);
}

TEST(Prober, ALittleLatenessIsForgivenMuchIsNot) {
  for (const auto& [lateness, probes] : {std::pair{200ms, 1U}, std::pair{400ms, 0U}}) {
    World world({link_to(kB)});
    world.run_until(world.now + 40s);
    world.sleep_until(*world.prober.next_deadline() + lateness);
    EXPECT_EQ(world.prober.handle(world.now).probes.size(), probes) << lateness.count();
    EXPECT_EQ(world.prober.counters(kB)->unmeasured, 1U - probes) << lateness.count();
  }
}

TEST(Prober, WhatFallsOnOneTickGoesOutTogether) {
  std::vector<ProbedLink> links;
  for (SiteId id = 2; id < 202; ++id) links.push_back(link_to(id, {.interval = 1s, .probes = 5}));
  World world(links);
  world.run_until(world.now + 10s);
  // A thousand probes a second on twenty ticks.
  EXPECT_LE(world.batches.size(), 201U);
  for (const auto& [link, times] : world.sent) {
    for (std::size_t at = 1; at < times.size(); ++at) EXPECT_GE(times[at] - times[at - 1], kGrid);
  }
}

TEST(Prober, SequenceAndNonceAreNewForEveryProbe) {
  World world({link_to(kB, {.interval = 1s, .probes = 5})});
  std::set<Bytes> messages;
  std::size_t count = 0;
  for (int turn = 0; turn < 300; ++turn) {
    world.now = *world.prober.next_deadline();
    for (const Probe& probe : world.prober.handle(world.now).probes) {
      messages.insert(probe.message);
      ++count;
    }
  }
  EXPECT_GE(count, 100U);
  EXPECT_EQ(messages.size(), count);
}

TEST(Prober, AnAnswerOnAnotherLinkIsForged) {
  World world({link_to(kB), link_to(kC)});
  while (world.sent[kB].empty()) {
    world.now = *world.prober.next_deadline();
    for (const Probe& probe : world.prober.handle(world.now).probes) {
      const Instant instant{world.now, WallTime{world.now.time_since_epoch()}};
      world.prober.sent(probe.link, probe.sequence, instant);
      world.sent[probe.link].push_back(world.now);
      const SiteId other = probe.link == kB ? kC : kB;
      world.prober.received(other, testing::reply_to(probe.message, {.source = peer_of(probe.link)}),
                            {.stamp = instant.wall, .read = instant});
    }
  }
  EXPECT_EQ(world.prober.counters(kB)->answered + world.prober.counters(kC)->answered, 0U);
  EXPECT_GE(world.prober.counters(kC)->forged, 1U);
}

struct Stray {
  const char* name;
  Bytes packet;
  std::uint64_t forged, malformed, errors;
};

TEST(Prober, CountsStraysAndIgnoresOtherPrograms) {
  const Bytes ours = encode({.identifier = 0xbeef, .sequence = 900});
  const Bytes others = encode({.identifier = 0x1234, .sequence = 1});
  const testing::Ip from_b{.source = peer_of(kB)};
  Bytes broken = testing::reply_to(ours, from_b);
  broken.back() ^= 1;
  const std::vector<Stray> table{
      {"never asked for", testing::reply_to(ours, from_b), 1, 0, 0},
      {"another program's answer", testing::reply_to(others, from_b), 0, 0, 0},
      {"spoiled", broken, 0, 1, 0},
      {"an error about ours", testing::unreachable(ours, 28, from_b), 0, 0, 1},
      {"an error about another program's", testing::unreachable(others, 28, from_b), 0, 0, 0},
      {"an error about another destination", testing::unreachable(ours, 28, {.source = peer_of(kC)}), 0, 0,
       0},
      {"our own request, looped back", testing::ip_packet(from_b, ours), 0, 0, 0},
  };
  for (const Stray& row : table) {
    World world({link_to(kB)});
    world.prober.received(kB, row.packet, {});
    EXPECT_EQ(world.prober.counters(kB)->forged, row.forged) << row.name;
    EXPECT_EQ(world.prober.counters(kB)->malformed, row.malformed) << row.name;
    EXPECT_EQ(world.prober.counters(kB)->errors, row.errors) << row.name;
  }
}

TEST(Prober, AReloadKeepsWhatDidNotChange) {
  World world({link_to(kB), link_to(kC)});
  world.run_until(world.now + 100s);
  const std::uint64_t sent = world.prober.counters(kB)->sent;
  world.prober.set_links({link_to(kB), link_to(kC, {.interval = 60s, .probes = 5})}, world.now);
  EXPECT_EQ(world.prober.counters(kB)->sent, sent);
  EXPECT_EQ(world.prober.counters(kC)->sent, 0U);
  world.prober.set_links({link_to(kC, {.interval = 60s, .probes = 5})}, world.now);
  EXPECT_FALSE(world.prober.counters(kB));
  world.prober.set_links({}, world.now);
  EXPECT_FALSE(world.prober.next_deadline());
  EXPECT_TRUE(world.prober.handle(world.now).probes.empty());
}

// Its rounds and its quick probes alike, although the link itself is as before.
TEST(Prober, ANewTimeOutReachesLinksThatStay) {
  World world({link_to(kB)});
  world.prober.expect(kB, Milliseconds{900});
  world.run_until(world.now + 10min);
  world.prober.set_timeout(1s);
  world.delay[kB] = 2s;
  world.run_until(world.now + 30s);
  world.rounds.clear();  // with what was answered before
  world.run_until(world.now + 5min);
  EXPECT_TRUE(std::any_of(world.rounds.begin(), world.rounds.end(), [](const Round& r) { return r.quick; }));
  EXPECT_EQ(world.tally(kB)[Outcome::answered], 0);
  EXPECT_GE(world.tally(kB)[Outcome::late], 75);
}

TEST(Prober, TheSameSeedRepeatsToTheBit) {
  World one({link_to(kB), link_to(kC)}), two({link_to(kB), link_to(kC)});
  one.run_until(one.now + 300s);
  two.run_until(two.now + 300s);
  EXPECT_EQ(one.sent, two.sent);
}

// An hour at the quickest pace: sequence numbers come round once.
TEST(Prober, OutlivesTheWrapOfSequenceNumbers) {
  World world({link_to(kB, {.interval = 1s, .probes = 20})});
  world.run_until(world.now + 1h);
  const Counters counters = *world.prober.counters(kB);
  EXPECT_GT(counters.sent, 71'900U);
  EXPECT_LE(counters.sent - counters.answered, 1U);
  EXPECT_EQ(counters.forged + counters.duplicates + counters.lost + counters.unmeasured, 0U);
}

}  // namespace
}  // namespace trimtab::probe
