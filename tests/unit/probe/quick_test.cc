// Quick probes beside the rounds, on a virtual clock: how soon they tell, when they stop, what they cost.
#include <gtest/gtest.h>

#include <algorithm>

#include "util/rng.h"
#include "world.h"

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;
using testing::kB;
using testing::kC;
using testing::link_to;
using testing::World;

// A link of 20 ms on which more than 40 is suspicious, after ten minutes of peace.
World calm(const ProbedLink& link = link_to(kB)) {
  World world({link});
  world.prober.expect(kB, Milliseconds{40});
  world.run_until(world.now + 10min);
  EXPECT_TRUE(world.quick[kB].empty());
  world.rounds.clear();
  return world;
}

std::function<bool(SiteId)> losing(int percent) {
  return [percent, rng = Rng(7)](SiteId) mutable { return rng.below(100) < static_cast<unsigned>(percent); };
}

// Runs until then, but not for ever.
void run_until(World& world, const std::function<bool()>& happened) {
  const MonotonicTime end = world.now + 10min;
  while (!happened() && world.now < end) world.run_until(world.now + 10ms);
  ASSERT_TRUE(happened());
}

const Round* first_quick(const World& world) {
  for (const Round& round : world.rounds) {
    if (round.quick) return &round;
  }
  return nullptr;
}

TEST(Quick, ASlowAnswerIsConfirmedWithinSeconds) {
  World world = calm();
  const MonotonicTime onset = world.now;
  const std::size_t before = world.sent[kB].size();
  world.delay[kB] = 120ms;
  run_until(world, [&] { return first_quick(world) != nullptr; });
  ASSERT_NE(first_quick(world), nullptr);
  EXPECT_LE(world.now - onset, 5s);
  const MonotonicTime first = world.sent[kB][before];
  const auto& quick = world.quick[kB];
  EXPECT_LE(quick[0] - first, 120ms + kGrid) << "on the first tick after the answer";
  for (std::size_t at = 1; at < kBatchProbes; ++at) EXPECT_EQ(quick[at] - quick[at - 1], 100ms);
  for (const Result& result : first_quick(world)->results) {
    EXPECT_EQ(result.outcome, Outcome::answered);
    EXPECT_DOUBLE_EQ(result.rtt.count(), 120.0);
  }
}

TEST(Quick, OneSlowAnswerCostsOneBatch) {
  World world = calm();
  const std::size_t before = world.sent[kB].size();
  world.delay[kB] = 120ms;
  run_until(world, [&] { return world.sent[kB].size() > before; });
  world.delay[kB] = 20ms;
  world.run_until(world.now + 5min);
  EXPECT_EQ(world.quick[kB].size(), 5U);
  EXPECT_EQ(world.prober.counters(kB)->quick, 5U);
}

TEST(Quick, LossIsAskedAfterUpToTwentyTimesARound) {
  World world = calm();
  world.loses = [count = 0](SiteId) mutable { return ++count % 2 == 0; };
  run_until(world, [&] { return world.quick[kB].size() == 20; });
  const auto times = world.quick[kB];
  ASSERT_EQ(times.size(), 20U);
  EXPECT_LE(times.back() - times.front(), 3500ms);
  world.rounds.clear();
  run_until(world, [&] { return world.quick[kB].size() > 20; });
  const auto regular_rounds = std::count_if(world.rounds.begin(), world.rounds.end(),
                                            [](const Round& round) { return !round.quick; });
  EXPECT_GE(regular_rounds, 1) << "it rests until the round has ended";
}

TEST(Quick, ABatchIsHandedOnWithoutWaitingForTheRoundOrTheTimeOut) {
  World world = calm();
  world.loses = [count = 0](SiteId) mutable { return ++count % 3 == 1; };
  run_until(world, [&] { return first_quick(world) != nullptr; });
  ASSERT_GE(world.quick[kB].size(), 5U);
  const MonotonicTime last_of_first = world.quick[kB][4];
  EXPECT_LE(world.now - last_of_first, 1010ms);
  EXPECT_GT(world.prober.counters(kB)->lost, 0U);
}

// No later one is answered either: it has become slow, and loses nothing.
TEST(Quick, AnswersOfASlowLinkAreWaitedFor) {
  World world = calm();
  world.delay[kB] = 1500ms;
  world.run_until(world.now + 10s);
  const Round* const batch = first_quick(world);
  ASSERT_NE(batch, nullptr);
  for (const Result& result : batch->results) {
    EXPECT_EQ(result.outcome, Outcome::answered);
    EXPECT_DOUBLE_EQ(result.rtt.count(), 1500.0);
  }
  EXPECT_EQ(world.prober.counters(kB)->lost, 0U);
}

TEST(Quick, AnAnswerAfterTheBatchIsLate) {
  World world = calm();
  world.delay[kB] = 3500ms;
  world.run_until(world.now + 15s);
  ASSERT_NE(first_quick(world), nullptr);
  EXPECT_GE(world.prober.counters(kB)->late, 5U);
  EXPECT_EQ(world.prober.counters(kB)->forged + world.prober.counters(kB)->duplicates, 0U);
}

// A link in its first minute has what it takes to confirm that it became slow.
TEST(Quick, AYoungLinkIsConfirmedAtOnceToo) {
  World world({link_to(kB)});
  run_until(world, [&] { return world.sent[kB].size() == 1; });
  world.prober.expect(kB, Milliseconds{40});
  world.delay[kB] = 120ms;
  world.run_until(world.now + 6s);
  ASSERT_GE(world.quick[kB].size(), 10U);
  EXPECT_LE(world.quick[kB][9] - world.quick[kB][0], 1s);
}

// "Probing must not grow under loss": whatever the loss, and at any time, quick probes are never more than
// the regular ones and the ten that a link begins with.
TEST(Quick, AnHourOfLossCostsAtMostAsMuchAsTheRoundsAndTen) {
  for (const int percent : {20, 50, 80}) {
    World world({link_to(kB)});
    world.prober.expect(kB, Milliseconds{40});
    world.loses = losing(percent);
    world.run_until(world.now + 1h);
    const std::size_t all = world.sent[kB].size(), quick = world.quick[kB].size();
    std::size_t quick_so_far = 0;
    for (std::size_t so_far = 1; so_far <= all; ++so_far) {
      const MonotonicTime at = world.sent[kB][so_far - 1];
      if (quick_so_far < quick && world.quick[kB][quick_so_far] == at) ++quick_so_far;
      ASSERT_LE(quick_so_far, so_far - quick_so_far + 10) << percent;
    }
    ASSERT_EQ(quick_so_far, quick);
    EXPECT_GE(quick, (all - quick) / 2) << percent << ": the allowance is there to be used";
    EXPECT_LE(all - quick, 1205U) << percent << ": rounds go on at their pace";
  }
}

TEST(Quick, AMeteredLinkCostsAtMostHalfMore) {
  ProbedLink link = link_to(kB, {.interval = 60s, .probes = 5});
  link.metered = true;
  World world = calm(link);
  world.loses = losing(50);
  const std::size_t before = world.sent[kB].size();
  world.run_until(world.now + 5h);
  const std::size_t quick = world.quick[kB].size(), regular = world.sent[kB].size() - before - quick;
  EXPECT_LE(quick, regular / 2 + 10);
  EXPECT_GE(quick, regular / 4);
}

// 5,760 rounds of five probes at 280 bytes are 8.06 MB a day, which the budget does not count.
TEST(Quick, StaysWithinTheBudgetOfTheDay) {
  for (const auto& [budget, some] : {std::pair{0U, false}, std::pair{936'000U, true}}) {
    ProbedLink link = link_to(kB);
    link.budget = Budget{budget, 280};
    World world = calm(link);
    world.loses = losing(50);
    const std::size_t before = world.sent[kB].size();
    world.run_until(world.now + 24h);
    const std::size_t bytes = (world.sent[kB].size() - before) * 280;
    EXPECT_LE(bytes, 8'064'000U + budget + 1400) << "the day may begin within a round";
    EXPECT_GE(bytes, 8'062'600U) << "regular probes always go on";
    EXPECT_EQ(world.quick[kB].size() > 1000, some) << budget;
    EXPECT_EQ(world.quick[kB].empty(), !some) << budget;
  }
}

// A black hole is asked about every minute where nothing limits that: 1,440 times a day.
TEST(Quick, ABlackHoleStaysWithinTheBudgetOfTheDay) {
  for (const auto& [budget, fewest, most] :
       {std::tuple{0U, 20U, 24U}, {296'800U, 110U, 124U}, {100'000'000U, 1000U, 1450U}}) {
    ProbedLink link = link_to(kB);
    link.budget = Budget{budget, 280, 2968, 1h};
    World world({link});
    world.swallowing = {kB};
    world.run_until(world.now + 24h);
    EXPECT_LE(world.full_size[kB].size(), most) << budget;
    EXPECT_GE(world.full_size[kB].size(), fewest) << budget;
    EXPECT_EQ(world.prober.full_size(kB)->passage, Passage::blocked) << budget;
  }
}

TEST(Quick, ALinkThatIsDownIsNotAskedFaster) {
  World world = calm();
  world.delay.clear();
  world.run_until(world.now + 20s);
  const std::size_t at_first = world.quick[kB].size();
  EXPECT_GE(at_first, 5U);
  EXPECT_LE(at_first, 15U);
  world.run_until(world.now + 1h);
  EXPECT_EQ(world.quick[kB].size(), at_first);
  world.delay[kB] = 120ms;
  world.run_until(world.now + 20s);
  EXPECT_GT(world.quick[kB].size(), at_first) << "once it answers, it may be suspicious again";
}

TEST(Quick, SomebodyElsesSuspicionIsOneBatch) {
  World world({link_to(kB)});
  world.prober.check(kB, world.now);
  world.prober.check(kC, world.now);
  world.prober.expect(kC, Milliseconds{1});
  ASSERT_LE(*world.prober.next_deadline(), world.now + kGrid);
  world.run_until(world.now + 60s);
  EXPECT_EQ(world.quick[kB].size(), 5U);
}

TEST(Quick, ThePeersQuickProbesAreAnsweredWithOurOwn) {
  World world = calm();
  const auto asks = [&](std::uint16_t sequence, SiteId from) {
    const Bytes request = encode({.identifier = 0x5555, .sequence = sequence});
    world.prober.received(kB, testing::ip_packet({.source = testing::peer_of(from)}, request),
                          {.stamp = std::nullopt, .read = {world.now, WallTime{}}});
    world.run_until(world.now + 2s);
  };
  asks(0x0001, kB);
  EXPECT_TRUE(world.quick[kB].empty()) << "one of its rounds";
  asks(0x8001, kC);
  EXPECT_TRUE(world.quick[kB].empty()) << "somebody else's";
  asks(0x8001, kB);
  EXPECT_EQ(world.quick[kB].size(), 2U * kBatchProbes);
  asks(0x8002, kB);
  EXPECT_EQ(world.quick[kB].size(), 2U * kBatchProbes) << "once in a round";
}

// Two ends that only hear each other come to rest.
TEST(Quick, TwoEndsDoNotKeepEachOtherAwake) {
  World one({link_to(kB)}), other({link_to(kC)});
  one.prober.expect(kB, Milliseconds{40});
  other.prober.expect(kC, Milliseconds{40});
  for (World* world : {&one, &other}) world->run_until(world->now + 10min);
  std::size_t heard_one = 0, heard_other = 0;
  const auto hear = [](World& world, SiteId link, std::size_t& heard, std::size_t sent) {
    for (; heard < sent; ++heard) {
      const Bytes request = encode({.identifier = 1, .sequence = 0x8000});
      world.prober.received(link, testing::ip_packet({.source = testing::peer_of(link)}, request),
                            {.stamp = std::nullopt, .read = {world.now, WallTime{}}});
    }
  };
  one.prober.check(kB, one.now);
  const MonotonicTime end = one.now + 1h;
  while (one.now < end) {
    one.run_until(one.now + 50ms);
    other.run_until(one.now);
    hear(other, kC, heard_other, one.quick[kB].size());
    hear(one, kB, heard_one, other.quick[kC].size());
  }
  EXPECT_LE(one.quick[kB].size() + other.quick[kC].size(), 40U);
}

// A batch that has to wait for a regular probe's tick is handed on like every other.
TEST(Quick, NoTwoProbesOfALinkShareATick) {
  for (const Duration delay : {20ms, 180ms}) {
    World world({link_to(kB, {.interval = 1s, .probes = 5})});
    world.prober.expect(kB, Milliseconds{10});
    world.delay[kB] = delay;
    world.run_until(world.now + 10min);
    EXPECT_GE(world.quick[kB].size(), 1000U) << delay.count();
    for (std::size_t at = 1; at < world.sent[kB].size(); ++at) {
      ASSERT_GE(world.sent[kB][at] - world.sent[kB][at - 1], kGrid) << delay.count();
    }
    const auto batches = std::count_if(world.rounds.begin(), world.rounds.end(),
                                       [](const Round& round) { return round.quick; });
    EXPECT_LE(world.quick[kB].size() - 5 * static_cast<std::size_t>(batches), 5U) << delay.count();
  }
}

TEST(Quick, AStoppedProcessBlamesNoLink) {
  for (const Duration length : {1500ms, 60000ms, 3'600'000ms}) {
    World world = calm();
    world.delay[kB] = 120ms;
    run_until(world, [&] { return world.quick[kB].size() == 2; });
    ASSERT_EQ(world.quick[kB].size(), 2U);
    world.lose_what_is_in_flight();
    world.delay[kB] = 20ms;
    world.sleep_until(world.now + length);
    world.run_until(world.now + 60s);
    EXPECT_EQ(world.prober.counters(kB)->lost, 0U) << length.count();
    EXPECT_LE(world.quick[kB].size(), 3U) << length.count();
    ASSERT_NE(first_quick(world), nullptr) << "the batch is handed on";
    EXPECT_EQ(first_quick(world)->results[4].outcome, Outcome::unmeasured);
  }
}

TEST(Quick, TheSameRunRepeatsToTheBit) {
  World one = calm(), two = calm();
  one.loses = losing(30);
  two.loses = losing(30);
  one.run_until(one.now + 10min);
  two.run_until(two.now + 10min);
  EXPECT_GE(one.quick[kB].size(), 100U);
  EXPECT_EQ(one.sent, two.sent);
}

}  // namespace
}  // namespace trimtab::probe
