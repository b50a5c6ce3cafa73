// Which spells of slowness are waited for, and for how long.
#include "controller/spells.h"

#include <gtest/gtest.h>

namespace trimtab::controller {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const mesh::Tuning kShipped;  // half the dwell: a minute
constexpr seconds kRound{15};
constexpr double kHeight = 2;  // thrice as slow as before

mesh::Tuning with_dwell(Duration dwell) {
  mesh::Tuning tuning;
  tuning.dwell = dwell;
  return tuning;
}

void pass(Spells& spells, Duration time, Duration interval = kRound, const mesh::Tuning& tuning = kShipped) {
  for (Duration passed{}; passed < time; passed += interval) spells.pass(interval, tuning);
}

// `times` of them, one each ten minutes.
void had(Spells& spells, int times, Duration length, Duration interval = kRound,
         const mesh::Tuning& tuning = kShipped) {
  for (int i = 0; i < times; ++i) {
    pass(spells, minutes{10}, interval, tuning);
    spells.begin({});
    spells.see(kHeight);
    pass(spells, length, interval, tuning);
    spells.end();
  }
}

// How long one that begins now is waited for, in rounds.
Duration waited(Spells spells, Duration interval = kRound, double height = kHeight) {
  spells.begin({});
  spells.see(height);
  Duration waited{};
  while (spells.waits()) {
    spells.pass(interval, kShipped);
    spells.see(height);
    waited += interval;
  }
  return waited;
}

// It began in the middle of its first round, and had ended as the last one began.
TEST(Spells, WhatQuickProbesSeeBeginsWithinARound) {
  const auto waited_after = [](bool within_round) {
    Spells spells;
    for (int i = 0; i < 4; ++i) {
      pass(spells, minutes{10});
      spells.begin({.within_round = within_round});
      pass(spells, seconds{30});
      spells.end();
    }
    return waited(spells);
  };
  EXPECT_EQ(waited_after(false), seconds{60});
  EXPECT_EQ(waited_after(true), seconds{15});  // 1.9 times the 7.5 s of each
}

// The round in which quick probes saw it knows nothing of it: only the next one has.
TEST(Spells, WhatOneRoundHasSeenIsShortThoughQuickProbesSawItFirst) {
  const Duration round = minutes{3};
  Spells spells;
  pass(spells, round, round);
  spells.begin({.within_round = true});
  pass(spells, 2 * round, round);
  EXPECT_TRUE(spells.under_way());
  spells.end();
  EXPECT_GT(waited(spells, round, 0.01), seconds{0}) << "it was a short one";
}

TEST(Spells, OnceThereWereSomeShortOnesTheNextHasToOutlastThem) {
  Spells spells;
  EXPECT_EQ(waited(spells), seconds{0}) << "nothing is known";
  had(spells, 2, seconds{15});
  EXPECT_EQ(waited(spells), seconds{0}) << "two may be accidents";
  had(spells, 1, seconds{15});
  EXPECT_EQ(waited(spells), seconds{30});
  had(spells, 6, seconds{30});
  EXPECT_GT(waited(spells), seconds{45});
  had(spells, 20, seconds{45});
  EXPECT_EQ(waited(spells), seconds{60}) << "what lasts for longer is worth it";
  EXPECT_FALSE(spells.waits()) << "there is none";
}

TEST(Spells, LongOnesAreFollowedAtOnce) {
  Spells spells;
  had(spells, 20, minutes{2});
  EXPECT_EQ(waited(spells), seconds{0});
  had(spells, 6, seconds{15});
  EXPECT_EQ(waited(spells), seconds{0}) << "for one that is long is as likely";
  had(spells, 30, seconds{15});
  EXPECT_GT(waited(spells), seconds{0});
}

// Whatever the link was like before it became slow for good, its spells are known as those.
TEST(Spells, OneThatLastsEndsByItself) {
  Spells spells;
  spells.begin({});
  pass(spells, minutes{5});
  EXPECT_FALSE(spells.under_way());
  pass(spells, minutes{300});
  had(spells, 5, seconds{15});
  EXPECT_EQ(waited(spells), seconds{30});
}

TEST(Spells, WhatCostsMoreThanAMoveIsFollowedAtOnce) {
  Spells spells;
  had(spells, 10, seconds{30});
  EXPECT_EQ(waited(spells), seconds{60});
  EXPECT_EQ(waited(spells, kRound, 30), seconds{0}) << "a twentieth of the time, at 31 times the RTT";
  spells.begin({});
  spells.see(30);
  spells.see(1);
  EXPECT_FALSE(spells.waits()) << "what is followed once is followed to its end";
}

// Five in a hundred rounds, each at three times the RTT or at four.
TEST(Spells, WhereRoundsAreFarApartTheyMustCostLittle) {
  const minutes rare{1};
  Spells spells;
  for (int i = 0; i < 5; ++i) {
    had(spells, 1, rare, rare);
    pass(spells, minutes{9}, rare);
  }
  EXPECT_EQ(waited(spells, rare, 2), rare);
  EXPECT_EQ(waited(spells, rare, 3), seconds{0});
  pass(spells, hours{5}, rare);
  EXPECT_EQ(waited(spells, rare, 3), rare) << "they cost little of late, and are known for longer";
}

TEST(Spells, AreForgottenInHours) {
  Spells spells;
  had(spells, 5, seconds{15});
  ASSERT_GT(waited(spells), seconds{0});
  pass(spells, minutes{150});
  EXPECT_EQ(waited(spells), seconds{0});
}

TEST(Spells, WhereRoundsAreFarApartOneRoundIsShort) {
  Spells spells;
  had(spells, 5, minutes{1}, minutes{1});
  EXPECT_EQ(waited(spells, minutes{1}), minutes{1}) << "the second says that it lasts";
  Spells longer;
  had(longer, 5, minutes{2}, minutes{1});
  EXPECT_EQ(waited(longer, minutes{1}), minutes{0});
}

// With rounds so far apart a spell is seldom seen, and waiting for it is one round.
TEST(Spells, WhereRoundsAreFarApartASingleOneWillDo) {
  const minutes rare{1};
  Spells spells;
  pass(spells, hours{1}, rare);
  EXPECT_EQ(waited(spells, rare), seconds{0}) << "nothing is known";
  had(spells, 1, rare, rare);
  EXPECT_EQ(waited(spells, rare), rare);
  had(spells, 2, minutes{5}, rare);
  EXPECT_EQ(waited(spells, rare), rare);
  had(spells, 1, minutes{5}, rare);
  EXPECT_EQ(waited(spells, rare), seconds{0}) << "there are three long ones for it";
}

TEST(Spells, ThoseOfSeldomRoundsAreRememberedForLonger) {
  const minutes rare{1};
  Spells spells;
  had(spells, 1, rare, rare);
  pass(spells, hours{9}, rare);
  EXPECT_EQ(waited(spells, rare), rare);
  pass(spells, hours{1}, rare);
  EXPECT_EQ(waited(spells, rare), seconds{0});

  mesh::Tuning forgetful;
  forgetful.memory = minutes{10};
  Spells often;
  had(often, 6, kRound, kRound, forgetful);
  ASSERT_GT(waited(often), seconds{0});
  pass(often, minutes{30}, kRound, forgetful);
  EXPECT_EQ(waited(often), seconds{0}) << "two memories, however many rounds those are";
}

// Nor do many where a round is five minutes long.
TEST(Spells, ASingleOneWillNotDoWhereRoundsAreFrequentOrTooFarApart) {
  const auto waited_after = [](Duration interval, Duration dwell, int times = 1) {
    Spells spells;
    had(spells, times, interval, interval, with_dwell(dwell));
    return waited(spells, interval);
  };
  EXPECT_EQ(waited_after(seconds{15}, seconds{30}), seconds{0}) << "a short dwell makes no round longer";
  EXPECT_EQ(waited_after(seconds{45}, minutes{2}), seconds{0});
  EXPECT_EQ(waited_after(minutes{4}, minutes{2}), minutes{4});
  EXPECT_EQ(waited_after(minutes{5}, minutes{2}, 9), seconds{0});
}

// Without quick probes it takes the second round to see that a link is slow: then two have seen it.
TEST(Spells, WhatTwoRoundsHaveSeenIsNoLoneOne) {
  const minutes rare{1};
  Spells spells;
  had(spells, 1, rare, rare);
  spells.begin({.seen_for = rare});
  spells.see(kHeight);
  EXPECT_FALSE(spells.waits());
}

TEST(Spells, ALongDwellMakesNoLongerOnesShort) {
  Spells spells;
  for (int i = 0; i < 10; ++i) {
    spells.begin({});
    pass(spells, 5 * kRound, kRound, with_dwell(minutes{30}));
    EXPECT_FALSE(spells.under_way());
  }
}

TEST(Spells, WithoutADwellEverythingIsWorthIt) {
  Spells spells;
  had(spells, 10, kRound, kRound, with_dwell(seconds{0}));
  spells.begin({});
  spells.see(kHeight);
  EXPECT_FALSE(spells.waits());
}

}  // namespace
}  // namespace trimtab::controller
