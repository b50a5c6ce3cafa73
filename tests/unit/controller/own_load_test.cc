#include "controller/own_load.h"

#include <gtest/gtest.h>

#include <vector>

namespace trimtab::controller {
namespace {

using namespace std::chrono_literals;

constexpr Duration kInterval = 15s;
constexpr Duration kMemory = 45min;

// held: may not become better. saturated: nor that, and its rate is proof. proven: only that.
enum class Is { free, held, saturated, proven };

struct Step {
  double load_mbit = 0;
  double rtt_ms = 0;  // 0: nothing was answered in time
  Is is = Is::free;
  int times = 1;
};

OwnLoad::Round round_of(double load_mbit, double rtt_ms) {
  return {.load = Rate{static_cast<std::uint64_t>(load_mbit * 1e6)},
          .rtt = rtt_ms > 0 ? std::optional(Milliseconds{rtt_ms}) : std::nullopt,
          .clearly = Milliseconds{5},
          .interval = kInterval};
}

void run(const std::vector<Step>& steps) {
  OwnLoad own;
  MonotonicTime now{1h};
  int number = 0;
  for (const Step& step : steps) {
    for (int i = 0; i < step.times; ++i) {
      ++number;
      now += kInterval;
      own.round_finished();
      own.add(now, round_of(step.load_mbit, step.rtt_ms), kMemory);
      SCOPED_TRACE(testing::Message()
                   << "round " << number << ": " << step.load_mbit << " Mbit/s, " << step.rtt_ms << " ms");
      EXPECT_EQ(own.saturated(), step.is == Is::saturated || step.is == Is::proven);
      EXPECT_EQ(own.holds(now).has_value(), step.is == Is::held || step.is == Is::saturated);
    }
  }
}

TEST(OwnLoad, ARecoveryAsTheLoadLeavesIsNotBelievedForTheMemory) {
  run({{0.1, 20},
       {50, 60, Is::held},
       {50, 110, Is::saturated},
       {50, 110, Is::proven, 2},  // by now the figures are all of rounds under the load
       {0.1, 20, Is::held, 180},  // 45 minutes
       {0.1, 20},
       {50, 110, Is::held},  // and the next time it is as new
       {50, 110, Is::saturated},
       {0.1, 20, Is::held}});
}

TEST(OwnLoad, WhatGetsSlowUnderALoadThatWasBorneIsSomebodyElsesDoing) {
  run({{0.1, 20}, {50, 20}, {50, 120, Is::free, 5}, {0.1, 120}, {0.1, 20, Is::free, 5}});
}

TEST(OwnLoad, WhatStaysSlowWithoutTheLoadIsSomebodyElsesDoing) {
  run({{0.1, 20}, {50, 110, Is::held}, {0.1, 110, Is::held, 3}, {0.1, 110}, {0.1, 20}});
}

TEST(OwnLoad, ALoadThatIsBorneMeansNothing) {
  run({{0.1, 20}, {50, 24, Is::free, 3}, {0.1, 20}});
  // An accident as the load came: four rounds without a sign of it take it back, also with a part of the
  // load.
  run({{0.1, 20}, {50, 60, Is::held}, {50, 22, Is::free, 4}, {0.1, 20}});
  run({{0.1, 20}, {50, 60, Is::held}, {30, 22, Is::held, 3}, {30, 22}, {0.1, 20}});
}

TEST(OwnLoad, ALinkThatWasFullFromTheFirstRoundOnHasShownNothingElse) {
  run({{50, 60, Is::free, 4}, {0.1, 20, Is::held, 180}, {0.1, 20}});
  // Its very first round may have been slow by accident.
  run({{50, 60}, {0.1, 20, Is::held, 45}, {0.1, 20}});
  // It is slow without it; or was not slow with it, once.
  run({{50, 60, Is::free, 10}, {0.1, 60}, {0.1, 20}});
  run({{50, 60, Is::free, 5}, {50, 22}, {50, 60, Is::free, 5}, {0.1, 20}});
  // That its traffic is less by a third is not that it left; and after the first time it is a link like
  // others.
  run({{60, 60, Is::free, 5}, {40, 55, Is::free, 5}, {0.1, 20, Is::held}});
  run({{0.1, 20}, {50, 20, Is::free, 3}, {50, 60, Is::free, 10}, {0.1, 20}});
}

TEST(OwnLoad, AFirstRoundThatNobodyAnsweredTellsNothing) {
  run({{50, 0}, {0.1, 20}});
  run({{50, 0}, {50, 60}, {0.1, 20, Is::held}});
}

TEST(OwnLoad, WhatBeganLongAgoIsForgottenWhereLoadsStayUnknown) {
  OwnLoad own;
  own.add(MonotonicTime{1h}, round_of(50, 60), kMemory);
  for (int i = 0; i < 5; ++i) own.round_finished();
  own.add(MonotonicTime{2h}, round_of(0.1, 20), kMemory);
  EXPECT_EQ(own.holds(MonotonicTime{2h}), std::nullopt);
}

TEST(OwnLoad, AfterADropALinkIsNotNew) {
  OwnLoad own;
  own.dropped(MonotonicTime{1h}, kMemory);
  own.add(MonotonicTime{1h}, round_of(50, 60), kMemory);
  own.add(MonotonicTime{1h} + kInterval, round_of(0.1, 20), kMemory);
  EXPECT_EQ(own.holds(MonotonicTime{1h} + kInterval), std::nullopt);
}

// The last round of the first load is quick and has most of it.
TEST(OwnLoad, ALoadThatLeavesHalfWayHidesNothing) {
  run({{50, 60, Is::free, 4}, {30, 20}, {0.1, 20, Is::held, 180}, {0.1, 20}});
  run({{50, 60, Is::free, 4}, {30, 20, Is::free, 5}, {0.1, 20}});  // more than one: that much is borne
}

// A router's link, round by round: with quick probes, and while it is down and after.
class Watched {
 public:
  void turn(double load_mbit, double rtt_ms, int times = 1) {
    for (int i = 0; i < times; ++i) {
      now_ += kInterval;
      own_.round_finished();
      own_.add(now_, round_of(load_mbit, rtt_ms), kMemory);
    }
  }
  void full() {
    turn(0.1, 20);
    turn(50, 110, 2);
  }
  void glimpse(double load_mbit, double rtt_ms) { own_.add_quick(round_of(load_mbit, rtt_ms)); }
  void wait(Duration time) { now_ += time; }
  // The round that drops it went out with traffic that nobody got.
  bool drop(double sent_mbit = 50) {
    const bool kept = own_.dropped(now_ + kInterval, kMemory);
    turn(sent_mbit, 0);
    return kept;
  }
  bool saturated() const { return own_.saturated(); }
  bool holds(Duration from_now = {}) const { return own_.holds(now_ + from_now).has_value(); }
  // For so many minutes from now on its recovery is not believed.
  double held_minutes() const {
    const auto held = own_.holds(now_);
    return held && held->until ? std::chrono::duration<double, std::ratio<60>>(*held->until - now_).count()
                               : 0;
  }

 private:
  OwnLoad own_;
  MonotonicTime now_{1h};
};

// Quick probes move the traffic within seconds; a round then holds as little of it as of what it did.
TEST(OwnLoad, ALoadThatIsGoneBeforeTheRoundEndsIsSeenByQuickProbes) {
  const auto held_after = [](double load_mbit, double rtt_ms, double then_mbit) {
    Watched link;
    link.turn(0.1, 20, 3);
    link.glimpse(load_mbit, rtt_ms);
    link.turn(then_mbit, 20);
    link.turn(0.1, 20);
    return std::pair(link.holds(), link.holds(kMemory - kInterval - 1s));
  };
  EXPECT_EQ(held_after(60, 90, 12), std::pair(true, true)) << "for the memory";
  EXPECT_EQ(held_after(60, 0, 12), std::pair(true, true)) << "not one of them answered";
  EXPECT_EQ(held_after(60, 22, 12), std::pair(false, false)) << "it bears it";
  EXPECT_EQ(held_after(0.1, 90, 0.1), std::pair(false, false)) << "somebody else's";
  EXPECT_EQ(held_after(60, 90, 0.15), std::pair(false, false)) << "a burst, as there are in each round";
}

TEST(OwnLoad, TrafficThatCameBackForSecondsIsSeenByQuickProbes) {
  Watched link;
  link.turn(0.1, 20);
  link.turn(60, 90);
  link.turn(0.1, 20);
  link.wait(kMemory - 1min);  // about to be tried again, in vain
  link.glimpse(50, 80);
  link.turn(8, 20);
  EXPECT_TRUE(link.holds(kMemory - 1s));
  EXPECT_FALSE(link.holds(kMemory));
}

TEST(OwnLoad, OneRoundWithQuickProbesIsOneRound) {
  Watched link;
  link.turn(0.1, 20);
  link.turn(60, 90);
  link.turn(0.1, 20);
  link.glimpse(60, 90);
  link.turn(60, 90);
  EXPECT_FALSE(link.saturated());
  link.turn(60, 90);
  EXPECT_TRUE(link.saturated());
}

// Whatever else there was, and in whatever order.
TEST(OwnLoad, ItIsEnoughThatTheRoundHadMoreThanOneBeforeIt) {
  for (int busy = 0; busy < 3; ++busy) {
    Watched link;
    for (int i = 0; i < 3; ++i) link.turn(i == busy ? 10 : 0.1, 20);
    link.glimpse(60, 90);
    link.turn(12, 20);
    EXPECT_TRUE(link.holds()) << busy;
  }
}

// As it comes and as it leaves the queue is as long as ever.
TEST(OwnLoad, OfQuickProbesAsSlowThoseUnderMostOfTheLoadCount) {
  for (const bool leaves : {true, false}) {
    Watched link;
    link.turn(0.1, 20);
    link.glimpse(leaves ? 60 : 0.1, leaves ? 90 : 92);
    link.glimpse(leaves ? 0.1 : 60, leaves ? 92 : 90);
    link.turn(12, 20);
    EXPECT_TRUE(link.holds()) << leaves;
  }
}

TEST(OwnLoad, WhatWasShownBeforeADropIsStillTrue) {
  Watched full;
  full.full();
  EXPECT_TRUE(full.drop());
  full.turn(0.1, 20);
  EXPECT_NEAR(full.held_minutes(), 45, 0.5);

  Watched first;
  first.turn(50, 60, 2);
  first.turn(0.1, 20);
  EXPECT_TRUE(first.drop(0.1)) << "full from the first round on, and left";
  first.turn(0.1, 20);
  EXPECT_GT(first.held_minutes(), 0);
}

TEST(OwnLoad, AFlappingLinkProlongsNothing) {
  Watched left;
  left.full();
  left.turn(0.1, 20, 40);
  const double before = left.held_minutes();
  ASSERT_NEAR(before, 35, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(left.drop(0.1));
    left.turn(0.1, 20);
  }
  EXPECT_NEAR(left.held_minutes(), before - 1.5, 0.01);
  left.turn(0.1, 20, 140);
  EXPECT_EQ(left.held_minutes(), 0);
  EXPECT_FALSE(left.drop(0.1)) << "forgotten";
}

TEST(OwnLoad, TheNextDropKnowsItToo) {
  Watched twice;
  twice.full();
  EXPECT_TRUE(twice.drop());
  twice.turn(0.1, 20, 3);
  EXPECT_TRUE(twice.drop());
  twice.turn(0.1, 20, 3);
  twice.turn(50, 110);  // its load is back
  EXPECT_TRUE(twice.drop());
}

TEST(OwnLoad, ADropEndsWhatWasNotShown) {
  Watched cut;
  cut.turn(0.1, 20);
  cut.turn(50, 0, 2);
  EXPECT_FALSE(cut.drop()) << "a cut as the traffic came";

  Watched once;
  once.turn(0.1, 20);
  once.turn(50, 110);
  EXPECT_FALSE(once.drop()) << "may be an accident";

  Watched silent;
  silent.full();
  EXPECT_TRUE(silent.drop());
  silent.turn(0.1, 0, 5);
  silent.turn(0.1, 20);
  EXPECT_EQ(silent.held_minutes(), 0) << "silent without the load too";
}

TEST(OwnLoad, TrafficComesAndGoesInTheMiddleOfARound) {
  run({{0.1, 20},
       {30, 20},
       {50, 110, Is::held},
       {50, 110, Is::saturated},
       {30, 20, Is::held},
       {0.1, 20, Is::held}});
}

TEST(OwnLoad, ItIsBetterUnderTheWholeLoadAndThatCounts) {
  run({{0.1, 20}, {50, 110, Is::held}, {45, 40, Is::saturated}, {30, 24, Is::held}, {45, 24}});
}

TEST(OwnLoad, LoadThatReturnsIsWatchedAnew) {
  run({{0.1, 20},
       {50, 110, Is::held},
       {0.1, 20, Is::held, 10},
       {50, 110, Is::held},
       {50, 110, Is::saturated},
       {0.1, 20, Is::held, 180},
       {0.1, 20}});
  run({{0.1, 20},
       {50, 110, Is::held},
       {0.1, 20, Is::held},
       {50, 22, Is::free, 4},
       {0.1, 20}});  // bears it now
  // Borne for a moment: that neither ends the memory nor begins it anew.
  run({{0.1, 20},
       {50, 110, Is::held},
       {0.1, 20, Is::held, 100},
       {50, 22, Is::free, 2},
       {0.1, 20, Is::held, 78},
       {0.1, 20}});
}

TEST(OwnLoad, ARoundWithoutAnAnswerIsSlow) {
  run({{0.1, 20}, {50, 0, Is::held}, {50, 0, Is::saturated}, {0.1, 20, Is::held}});
}

TEST(OwnLoad, ATrickleFillsNothing) {
  run({{0.01, 20}, {0.9, 110}, {0.01, 20}});
  OwnLoad own;
  MonotonicTime now{1h};
  own.add(now, round_of(0.1, 20), kMemory);
  OwnLoad::Round small = round_of(19, 110);
  small.capacity = Rate{200'000'000};
  own.add(now += kInterval, small, kMemory);
  EXPECT_FALSE(own.is_loaded()) << "a tenth of what it carries does not fill it";
}

TEST(OwnLoad, WhatWasLongAgoIsNoOnset) {
  OwnLoad own;
  MonotonicTime now{1h};
  own.add(now, round_of(0.1, 20), kMemory);
  own.add(now += 1h, round_of(50, 110), kMemory);
  EXPECT_FALSE(own.is_loaded());
}

TEST(OwnLoad, BeforeTheLoadOfARoundIsKnownNoRecoveryIsBelieved) {
  OwnLoad own;
  MonotonicTime now{1h};
  own.add(now, round_of(0.1, 20), kMemory);
  own.add(now += kInterval, round_of(50, 110), kMemory);
  own.round_finished();
  own.add(now += kInterval, round_of(50, 24), kMemory);
  ASSERT_FALSE(own.holds(now)) << "it carried the load";
  own.round_finished();
  ASSERT_TRUE(own.holds(now));
  EXPECT_EQ(own.holds(now)->why, Holding::own_load);
}

TEST(OwnLoad, WhereNobodyCountsAnyMoreNothingIsHeld) {
  OwnLoad own;
  MonotonicTime now{1h};
  own.add(now, round_of(0.1, 20), kMemory);
  own.add(now += kInterval, round_of(50, 110), kMemory);
  for (int i = 0; i < 4; ++i) {
    own.round_finished();
    EXPECT_TRUE(own.holds(now)) << i;
  }
  own.round_finished();
  EXPECT_FALSE(own.holds(now));
}

}  // namespace
}  // namespace trimtab::controller
