#include "probe/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;

const IpAddress kPeer = IpAddress::ipv4(0x0a000002);
const IpAddress kStranger = IpAddress::ipv4(0x0a000003);
constexpr Duration kWallOffset = 1'700'000'000s;
constexpr Nonce kNonce{7, 7, 7};

MonotonicTime at(Duration since) {
  return MonotonicTime{since};
}

Instant instant(Duration since, Duration wall_moved = 0ns) {
  return {at(since), WallTime{since + kWallOffset + wall_moved}};
}

// A round of one probe that left at 10 s; steps happen to it, and then it is judged.
class OneProbe {
 public:
  OneProbe() : ledger(3, kPeer, 3s) { sequence = ledger.add(ledger.open_round(at(10s), 1), kNonce, at(10s)); }

  void left() { ledger.sent(sequence, instant(10s)); }

  EchoReply reply() const {
    return {.source = kPeer, .identifier = 1, .sequence = sequence, .nonce = kNonce};
  }

  // The answer was stamped by the kernel `rtt` after the departure and read right then.
  void answered(Duration rtt) { receive(reply(), rtt); }

  void receive(const EchoReply& what, Duration rtt) {
    ledger.received(what, {.stamp = instant(10s + rtt).wall, .read = instant(10s + rtt)});
  }

  std::string verdict() {
    const std::vector<Round> rounds = ledger.take_rounds();
    if (rounds.empty()) return "open";
    switch (rounds[0].results.at(0).outcome) {
      case Outcome::answered:
        return "answered in " + std::to_string(static_cast<int>(rounds[0].results[0].rtt.count())) + " ms";
      case Outcome::late:
        return "late";
      case Outcome::lost:
        return "lost";
      case Outcome::unmeasured:
        return "unmeasured";
    }
    return "";
  }

  Ledger ledger;
  std::uint16_t sequence = 0;
};

struct Case {
  const char* name;
  std::function<void(OneProbe&)> steps;
  const char* verdict;
  std::function<std::uint64_t(const Counters&)> counted;  // must be 1
};

void forge(OneProbe& probe, const std::function<void(EchoReply&)>& spoil) {
  probe.left();
  EchoReply reply = probe.reply();
  spoil(reply);
  probe.receive(reply, 20ms);
}

TEST(Ledger, DecidesEachProbeOnce) {
  const std::vector<Case> table{
      {"answered in time",
       [](OneProbe& p) {
         p.left();
         p.answered(20ms);
       },
       "answered in 20 ms", [](const Counters& c) { return c.answered; }},
      {"answered at the very end",
       [](OneProbe& p) {
         p.left();
         p.answered(3s);
         p.ledger.expire(at(13s));
       },
       "answered in 3000 ms", [](const Counters& c) { return c.answered; }},
      {"no answer yet",
       [](OneProbe& p) {
         p.left();
         p.ledger.expire(at(12999ms));
       },
       "open", [](const Counters& c) { return c.sent; }},
      {"no answer",
       [](OneProbe& p) {
         p.left();
         p.ledger.expire(at(13s));
       },
       "lost", [](const Counters& c) { return c.lost; }},
      {"answered after the time-out",
       [](OneProbe& p) {
         p.left();
         p.answered(3001ms);
       },
       "late", [](const Counters& c) { return c.late; }},
      {"taken for lost, then late",
       [](OneProbe& p) {
         p.left();
         p.ledger.expire(at(14s));
         p.answered(4s);
       },
       "late", [](const Counters& c) { return c.late; }},
      {"came in time, read after it was taken for lost",
       [](OneProbe& p) {
         p.left();
         p.ledger.expire(at(14s));
         p.ledger.received(p.reply(), {.stamp = instant(10020ms).wall, .read = instant(14s)});
       },
       "answered in 20 ms", [](const Counters& c) { return c.answered; }},
      {"came in time, read late",
       [](OneProbe& p) {
         p.left();
         p.ledger.received(p.reply(), {.stamp = instant(10020ms).wall, .read = instant(19s)});
       },
       "answered in 20 ms", [](const Counters& c) { return c.answered; }},
      {"answered twice",
       [](OneProbe& p) {
         p.left();
         p.answered(20ms);
         p.answered(900ms);
       },
       "answered in 20 ms", [](const Counters& c) { return c.duplicates; }},
      {"wrong nonce", [](OneProbe& p) { forge(p, [](EchoReply& r) { r.nonce[15] ^= 1; }); }, "open",
       [](const Counters& c) { return c.forged; }},
      {"wrong source", [](OneProbe& p) { forge(p, [](EchoReply& r) { r.source = kStranger; }); }, "open",
       [](const Counters& c) { return c.forged; }},
      {"wrong sequence", [](OneProbe& p) { forge(p, [](EchoReply& r) { ++r.sequence; }); }, "open",
       [](const Counters& c) { return c.forged; }},
      {"forged first, then answered",
       [](OneProbe& p) {
         forge(p, [](EchoReply& r) { r.nonce = {}; });
         p.answered(40ms);
       },
       "answered in 40 ms", [](const Counters& c) { return c.forged; }},
      {"forged after it was answered",
       [](OneProbe& p) {
         p.left();
         p.answered(20ms);
         forge(p, [](EchoReply& r) { r.nonce = {}; });
       },
       "answered in 20 ms", [](const Counters& c) { return c.forged; }},
      {"answered before it left", [](OneProbe& p) { p.answered(0ms); }, "open",
       [](const Counters& c) { return c.forged; }},
      {"refused by our kernel", [](OneProbe& p) { p.ledger.refused(p.sequence); }, "unmeasured",
       [](const Counters& c) { return c.local_faults; }},
      {"refused, and yet answered",
       [](OneProbe& p) {
         p.ledger.refused(p.sequence);
         p.answered(1ms);
       },
       "unmeasured", [](const Counters& c) { return c.forged; }},
      {"nobody said what became of it", [](OneProbe& p) { p.ledger.expire(at(13s)); }, "unmeasured",
       [](const Counters& c) { return c.unmeasured; }},
      {"overslept, no answer",
       [](OneProbe& p) {
         p.left();
         p.ledger.overslept(at(70s));
         p.ledger.expire(at(69s));
         p.ledger.expire(at(70s));
       },
       "unmeasured", [](const Counters& c) { return c.unmeasured; }},
      {"overslept, the answer was waiting",
       [](OneProbe& p) {
         p.left();
         p.ledger.overslept(at(70s));
         p.ledger.expire(at(69s));
         p.ledger.received(p.reply(), {.stamp = instant(10020ms).wall, .read = instant(69500ms)});
       },
       "answered in 20 ms", [](const Counters& c) { return c.answered; }},
  };
  for (const Case& row : table) {
    OneProbe probe;
    row.steps(probe);
    EXPECT_EQ(probe.verdict(), row.verdict) << row.name;
    EXPECT_EQ(row.counted(probe.ledger.counters()), 1U) << row.name;
  }
}

struct ClockCase {
  const char* name;
  Duration stamp_moved;  // of the kernel's stamp, against the time at which it was true
  Duration wall_moved;   // of the wall clock between sending and reading
  const char* verdict;
};

TEST(Ledger, BelievesNoRttAcrossAMovedClock) {
  const std::vector<ClockCase> table{
      {"clocks agree", 0ns, 0ns, "answered in 20 ms"},
      {"slewed by a millisecond", 1ms, 1ms, "answered in 21 ms"},
      {"set an hour ahead before the answer", 1h, 1h, "late"},
      {"set an hour back before the answer", -1h, -1h, "late"},
      {"set by a second after the answer", 0ns, 1s, "late"},
      {"set by 4 ms", 4ms, 4ms, "late"},
      {"a stamp from before the departure", -1s, 0ns, "late"},
      {"came while the turn was running", 200ms, 0ns, "answered in 220 ms"},
      {"a stamp from the future", 1s, 0ns, "late"},
      {"a stamp of zero", -kWallOffset, 0ns, "late"},
      {"a stamp a microsecond before the departure", -20001us, 0ns, "answered in 0 ms"},
  };
  for (const ClockCase& row : table) {
    OneProbe probe;
    probe.left();
    const Arrival arrival{.stamp = instant(10020ms, row.stamp_moved).wall,
                          .read = instant(10020ms, row.wall_moved)};
    probe.ledger.received(probe.reply(), arrival);
    EXPECT_EQ(probe.verdict(), row.verdict) << row.name;
  }
}

TEST(Ledger, AnAnswerWithoutStampProvesOnlyThatItCame) {
  OneProbe probe;
  probe.left();
  probe.ledger.received(probe.reply(), {.stamp = std::nullopt, .read = instant(10020ms)});
  EXPECT_EQ(probe.verdict(), "late");
}

TEST(Ledger, CountsWhatComesAfterItsRoundAndChangesNothing) {
  OneProbe probe;
  probe.left();
  probe.ledger.expire(at(13s));
  EXPECT_EQ(probe.verdict(), "lost");
  probe.answered(5s);
  probe.answered(6s);
  EXPECT_EQ(probe.verdict(), "open");  // nothing is handed on a second time
  EXPECT_EQ(probe.ledger.counters().late, 1U);
  EXPECT_EQ(probe.ledger.counters().duplicates, 1U);
}

TEST(Ledger, HandsRoundsOnInOrder) {
  Ledger ledger(3, kPeer, 3s);
  const std::uint16_t slow = ledger.add(ledger.open_round(at(10s), 1), kNonce, at(10s));
  const std::uint16_t quick = ledger.add(ledger.open_round(at(11s), 1), kNonce, at(11s));
  ledger.sent(slow, instant(10s));
  ledger.sent(quick, instant(11s));
  ledger.received({.source = kPeer, .sequence = quick, .nonce = kNonce},
                  {.stamp = instant(11020ms).wall, .read = instant(11020ms)});
  EXPECT_TRUE(ledger.take_rounds().empty());
  ledger.expire(at(13s));
  const auto rounds = ledger.take_rounds();
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0].results[0].outcome, Outcome::lost);
  EXPECT_EQ(rounds[1].results[0].outcome, Outcome::answered);
  EXPECT_EQ(rounds[1].started, at(11s));
}

TEST(Ledger, KeepsTheOrderOfSendingWithinARound) {
  Ledger ledger(3, kPeer, 3s);
  const std::uint64_t round = ledger.open_round(at(0s), 4);
  std::vector<std::uint16_t> sequences;
  sequences.push_back(ledger.add(round, kNonce, at(0s)));
  ledger.missed(round);
  sequences.push_back(ledger.add(round, kNonce, at(1s)));
  sequences.push_back(ledger.add(round, kNonce, at(2s)));
  for (std::size_t probe = 0; probe < 3; ++probe) {
    ledger.sent(sequences[probe], instant(std::chrono::seconds{probe}));
  }
  for (const std::size_t probe : {2U, 0U}) {  // the answers overtake each other
    const Duration read = std::chrono::seconds{probe} + 30ms;
    ledger.received({.source = kPeer, .sequence = sequences[probe], .nonce = kNonce},
                    {.stamp = instant(read).wall, .read = instant(read)});
  }
  ledger.expire(at(4s));
  const auto rounds = ledger.take_rounds();
  ASSERT_EQ(rounds.size(), 1U);
  std::vector<Outcome> outcomes;
  for (const Result& result : rounds[0].results) outcomes.push_back(result.outcome);
  EXPECT_EQ(outcomes,
            (std::vector{Outcome::answered, Outcome::unmeasured, Outcome::lost, Outcome::answered}));
}

TEST(Ledger, SaysWhenAProbeWillBeLost) {
  Ledger ledger(3, kPeer, 3s);
  EXPECT_FALSE(ledger.next_deadline());
  const std::uint16_t sequence = ledger.add(ledger.open_round(at(10s), 1), kNonce, at(10s));
  ledger.sent(sequence, instant(10001ms));
  EXPECT_EQ(ledger.next_deadline(), at(13001ms));
  ledger.expire(at(13001ms));
  EXPECT_FALSE(ledger.next_deadline());
}

TEST(Ledger, AProbeKeepsTheTimeOutItWasAddedWith) {
  Ledger ledger(3, kPeer, 3s);
  const std::uint16_t patient = ledger.add(ledger.open_round(at(10s), 1), kNonce, at(10s));
  ledger.set_timeout(1s);
  const std::uint16_t hasty = ledger.add(ledger.open_round(at(10s), 1), kNonce, at(10s));
  ledger.sent(patient, instant(10s));
  ledger.sent(hasty, instant(10100ms));
  EXPECT_EQ(ledger.next_deadline(), at(11100ms)) << "the younger one is given up first";
  ledger.expire(at(11100ms));
  EXPECT_EQ(ledger.counters().lost, 1U);
  EXPECT_EQ(ledger.next_deadline(), at(13s));
  ledger.received({.source = kPeer, .sequence = patient, .nonce = kNonce},
                  {.stamp = instant(12s).wall, .read = instant(12s)});
  const auto rounds = ledger.take_rounds();
  ASSERT_EQ(rounds.size(), 2U);
  EXPECT_EQ(rounds[0].results[0].outcome, Outcome::answered);
  EXPECT_EQ(rounds[1].results[0].outcome, Outcome::lost);
}

// 75,000 probes: the sequence numbers come round, and every answer finds its own probe.
TEST(Ledger, OutlivesTheWrapOfSequenceNumbers) {
  Ledger ledger(3, kPeer, 3s);
  std::uint64_t answered = 0, lost = 0;
  for (std::uint32_t count = 0; count < 75'000; ++count) {
    const Duration now = count * 50ms;
    Nonce nonce{};
    nonce[0] = static_cast<std::uint8_t>(count);
    nonce[1] = static_cast<std::uint8_t>(count >> 8U);
    const std::uint16_t sequence = ledger.add(ledger.open_round(at(now), 1), nonce, at(now));
    EXPECT_EQ(sequence, static_cast<std::uint16_t>(count & 0x3fff));
    ledger.sent(sequence, instant(now));
    if (count % 3 != 0) {
      ledger.received({.source = kPeer, .sequence = sequence, .nonce = nonce},
                      {.stamp = instant(now + 5ms).wall, .read = instant(now + 5ms)});
    }
    ledger.expire(at(now + 49ms));
    for (const Round& round : ledger.take_rounds()) {
      ++(round.results[0].outcome == Outcome::answered ? answered : lost);
    }
  }
  EXPECT_GE(answered + lost, 74'900U);
  EXPECT_EQ(ledger.counters().answered, 50'000U);
  EXPECT_EQ(ledger.counters().forged + ledger.counters().duplicates + ledger.counters().unmeasured, 0U);
}

// Whatever is done to it, in any order: it hands on every round exactly once, with each probe decided, and
// no more answers than probes that left.
RC_GTEST_PROP(Ledger, AccountsForEveryProbeWhateverHappens, ()) {
  Ledger ledger(3, kPeer, 3s);
  std::vector<std::uint16_t> known{0};
  std::uint64_t opened = 0, handed_on = 0;
  Duration now = 0s;
  const auto steps = *rc::gen::inRange(0, 200);
  for (int step = 0; step < steps; ++step) {
    now += *rc::gen::inRange(0, 2000) * 1ms;
    const std::uint16_t any = *rc::gen::elementOf(known);
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        known.push_back(ledger.add(ledger.open_round(at(now), 1), kNonce, at(now)));
        ++opened;
        break;
      case 1:
        ledger.missed(ledger.open_round(at(now), 1));
        ++opened;
        break;
      case 2:
        ledger.sent(any, instant(now));
        break;
      case 3:
        ledger.refused(any);
        break;
      case 4:
        ledger.received({.source = *rc::gen::element(kPeer, kStranger), .sequence = any, .nonce = kNonce},
                        {.stamp = instant(now).wall, .read = instant(now)});
        break;
      default:
        ledger.overslept(at(now + 100ms));
        break;
    }
    ledger.expire(at(now));
    handed_on += ledger.take_rounds().size();
  }
  ledger.expire(at(now + 1h));
  handed_on += ledger.take_rounds().size();
  RC_ASSERT(handed_on == opened);
  const Counters& counters = ledger.counters();
  RC_ASSERT(counters.answered <= counters.sent);
  RC_ASSERT(!ledger.next_deadline());
}

}  // namespace
}  // namespace trimtab::probe
