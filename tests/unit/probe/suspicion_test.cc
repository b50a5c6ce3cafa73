// When to be quick, step by step: what happens to the probes of one link, and how many batches that makes.
#include "probe/suspicion.h"

#include <gtest/gtest.h>

#include <functional>

namespace trimtab::probe {
namespace {

using namespace std::chrono_literals;

// A link with all of its allowance, whose answers are suspicious above 40 ms.
class Suspected {
 public:
  Suspected() : suspicion(full(), 3s) { suspicion.expect(Milliseconds{40}); }

  // A regular probe that was answered after so long; absent: it was not.
  void regular(std::optional<Duration> rtt) { probe(false, rtt); }

  // Sends the batch under way; each of its probes is answered after so long.
  void batch(std::optional<Duration> rtt) { batch(rtt, rtt); }
  void batch(std::optional<Duration> rtt, std::optional<Duration> of_last) {
    ASSERT_TRUE(suspicion.quick_tick());
    ++batches;
    for (int count = 0; count < kBatchProbes; ++count) {
      now = std::max(now, *suspicion.quick_tick());
      probe(true, count + 1 < kBatchProbes ? rtt : of_last);
    }
  }

  // The same, but for its last probe, which we came too late to send.
  void batch_without_last(Duration rtt) {
    ++batches;
    for (int count = 0; count + 1 < kBatchProbes; ++count) {
      now = std::max(now, *suspicion.quick_tick());
      probe(true, rtt);
    }
    suspicion.skip(now);
  }

  void pass(Duration time) { suspicion.advance(now += time); }
  bool quick() const { return suspicion.quick_tick().has_value(); }

  Suspicion suspicion;
  MonotonicTime now{2h};
  int batches = 0;

 private:
  static Allowance full() {
    Allowance allowance(false, std::nullopt, MonotonicTime{1h});
    for (int earned = 0; earned < 100; ++earned) allowance.earn();
    return allowance;
  }

  void probe(bool quick, std::optional<Duration> rtt) {
    suspicion.goes_out(++sequence_, quick, now);
    if (!rtt) return;
    suspicion.was_answered(sequence_, *rtt, now + *rtt);
  }

  std::uint16_t sequence_ = 0;
};

struct Case {
  const char* name;
  std::function<void(Suspected&)> steps;
  bool quick;  // afterwards
};

TEST(Suspicion, IsRaisedAndClearedByProbes) {
  const std::vector<Case> table{
      {"a usual answer", [](Suspected& s) { s.regular(40ms); }, false},
      {"a slow answer", [](Suspected& s) { s.regular(41ms); }, true},
      {"nothing is known",
       [](Suspected& s) {
         s.suspicion.expect(std::nullopt);
         s.regular(900ms);
         s.regular(std::nullopt);
         s.pass(3s);
       },
       false},
      {"slow answers of a batch whose last probe was not sent",
       [](Suspected& s) {
         s.regular(41ms);
         s.batch_without_last(41ms);
       },
       true},
      {"not answered yet",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.pass(299ms);
       },
       false},
      {"not answered soon",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.pass(300ms);
       },
       true},
      {"a slow link is given four times its limit",
       [](Suspected& s) {
         s.suspicion.expect(Milliseconds{500});
         s.regular(std::nullopt);
         s.pass(1999ms);
       },
       false},
      {"at most the time-out",
       [](Suspected& s) {
         s.suspicion.expect(Milliseconds{900});
         s.regular(std::nullopt);
         s.pass(3s);
       },
       true},
      {"also one that was set meanwhile",
       [](Suspected& s) {
         s.suspicion.expect(Milliseconds{900});
         s.suspicion.set_timeout(1s);
         s.regular(std::nullopt);
         s.pass(1s);
       },
       true},
      {"refused by our own kernel",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.suspicion.was_refused(1);
         s.pass(3s);
       },
       false},
      {"slept through",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.suspicion.overslept();
         s.pass(1h);
       },
       false},
      {"a batch clears it",
       [](Suspected& s) {
         s.regular(120ms);
         s.batch(20ms);
       },
       false},
      {"and it may be raised again",
       [](Suspected& s) {
         s.regular(120ms);
         s.batch(20ms);
         s.regular(120ms);
       },
       true},
      {"a slow batch is followed by another",
       [](Suspected& s) {
         s.regular(120ms);
         s.batch(120ms);
       },
       true},
      {"and so is one whose last probe is missing",
       [](Suspected& s) {
         s.regular(120ms);
         s.batch(20ms, std::nullopt);
         s.pass(100ms);
         s.pass(200ms);
       },
       true},
      {"a regular probe beside it adds nothing",
       [](Suspected& s) {
         s.regular(120ms);
         s.regular(120ms);
         s.batch(20ms);
       },
       false},
      {"a missing answer wants two batches",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.pass(300ms);
         s.batch(20ms);
       },
       true},
      {"which clear it",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.pass(300ms);
         s.batch(20ms);
         s.batch(20ms);
       },
       false},
      {"overdue, then answered slowly: one symptom",
       [](Suspected& s) {
         s.regular(std::nullopt);
         s.pass(300ms);
         s.batch(20ms);
         s.batch(20ms);
         s.suspicion.was_answered(1, Milliseconds{900}, s.now);
       },
       false},
      {"somebody else suspects it", [](Suspected& s) { s.suspicion.raise(s.now); }, true},
      {"a silent link is not asked faster",
       [](Suspected& s) {
         s.suspicion.expect(std::nullopt);
         for (int lost = 0; lost < 5; ++lost) s.regular(std::nullopt);
         s.pass(3s);
         s.suspicion.expect(Milliseconds{40});
         s.suspicion.raise(s.now);
         s.regular(std::nullopt);
         s.pass(3s);
       },
       false},
      {"until it answers",
       [](Suspected& s) {
         for (int lost = 0; lost < 5; ++lost) s.regular(std::nullopt);
         s.suspicion.overslept();
         s.regular(120ms);
       },
       true},
  };
  for (const Case& row : table) {
    Suspected link;
    row.steps(link);
    EXPECT_EQ(link.quick(), row.quick) << row.name;
  }
}

TEST(Suspicion, ThePeersIsHeardOnceInARound) {
  Suspected s;
  s.suspicion.hear_peer(s.now);
  s.batch(20ms);
  ASSERT_TRUE(s.quick()) << "two batches, as after a lost probe";
  s.batch(20ms);
  EXPECT_FALSE(s.quick());
  s.suspicion.hear_peer(s.now += 1s);
  EXPECT_FALSE(s.quick()) << "it may be the answer to ours";
  s.suspicion.round_ended();
  s.suspicion.hear_peer(s.now);
  EXPECT_TRUE(s.quick());
}

TEST(Suspicion, ThePeersIsNoNewsWhereThereWasOneOfOurOwn) {
  Suspected s;
  s.regular(90ms);
  s.batch(20ms);
  ASSERT_FALSE(s.quick());
  s.suspicion.hear_peer(s.now += 1s);
  EXPECT_FALSE(s.quick());
  s.suspicion.round_ended();
  s.suspicion.expect(std::nullopt);
  s.suspicion.hear_peer(s.now);
  EXPECT_FALSE(s.quick()) << "nothing is known of the link";
}

TEST(Suspicion, RestsAfterFourBatchesUntilTheRoundEnds) {
  Suspected link;
  link.regular(120ms);
  while (link.quick()) link.batch(120ms);
  EXPECT_EQ(link.batches, 4);
  link.regular(120ms);
  link.suspicion.raise(link.now);
  EXPECT_FALSE(link.quick()) << "it rests";
  link.suspicion.round_ended();
  link.regular(120ms);
  while (link.quick()) link.batch(120ms);
  EXPECT_EQ(link.batches, 8);
  link.suspicion.round_ended();
  link.regular(120ms);
  EXPECT_FALSE(link.quick()) << "the allowance is spent";
}

// The next batch does not wait for the fate of the one before; and all of one's lost probes are one reason.
TEST(Suspicion, ALostProbeIsFollowedAtOnce) {
  Suspected link;
  link.regular(120ms);
  link.batch(std::nullopt);
  const MonotonicTime last = link.now;
  link.suspicion.advance(last);
  ASSERT_TRUE(link.quick()) << "the first of the batch is overdue after 300 ms, the last leaves after 400 ms";
  EXPECT_EQ(*link.suspicion.quick_tick() - last, 100ms);
  link.batch(20ms);
  link.batch(20ms);
  link.pass(300ms);
  EXPECT_FALSE(link.quick());
}

TEST(Suspicion, QuickProbesAreLostSooner) {
  for (const auto& [limit, timeout] : {std::pair{40.0, 1000ms}, {300.0, 1200ms}, {900.0, 3000ms}}) {
    Suspected link;
    link.suspicion.expect(Milliseconds{limit});
    EXPECT_EQ(link.suspicion.quick_timeout(), timeout) << limit;
  }
}

}  // namespace
}  // namespace trimtab::probe
