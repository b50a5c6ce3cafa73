// Policy `score`, as tables of steps: the margin and the dwell of a reversal, ties, and down.
#include <gtest/gtest.h>

#include "support/controller_steps.h"

namespace trimtab::controller::testing {
namespace {

// With nothing declared and no jitter, S = 45 − 0.7·RTT: 20 ms are 162, 10 ms 176, 15 ms 169, 25 ms 155.
Settings whole_samples() {
  Settings settings = with_policy(mesh::Policy::score);
  settings.tuning.smoothing = 1;
  return settings;
}

const Settings kScore = whole_samples();

void run(const std::vector<Step>& steps) {
  run_steps(kScore, links_to({2, 3, 4}), steps);
}

// 2 is the better one, and has been for longer than the dwell.
const Step kMeasured{seconds{0},
                     {round(2, answers(20)), round(3, answers(25))},
                     {{2, 162, Reason::first_answer}, {3, 155, Reason::first_answer}}};
const Step kLongAgo{kInterval, {round(2, answers(20)), round(3, answers(25))}, {}, {}, 10};

TEST(Score, UnmeasuredAndDownAreZero) {
  run({{kInterval, {round(2, nothing_answers())}, {}, {{2, Holding::unmeasured}}},
       {kInterval, {round(2, answers(20))}, {{2, 162, Reason::first_answer}}},
       {kInterval, {round(2, nothing_answers())}, {{2, 0, Reason::down}}, {{2, Holding::down}}}});
}

TEST(Score, StepsBelowFiveAreNotPublished) {
  run({kMeasured,
       kLongAgo,
       {kInterval, {round(2, answers(17))}, {}, {{2, Holding::hysteresis}}},                   // 166
       {kInterval, {round(2, answers(16))}, {{2, 167, Reason::step}}, {{2, std::nullopt}}}});  // 167.6
}

TEST(Score, BecomingTheBetterNeedsAMarginOfEight) {
  run({kMeasured,
       kLongAgo,
       // 169 against 162: less than eight. As much as leaves 2 the better one is published.
       {kInterval, {round(3, answers(15))}, {{3, 161, Reason::step}}, {{3, Holding::hold_down}}},
       {kInterval, {round(3, answers(14))}, {{3, 170, Reason::step}}, {{3, std::nullopt}}}});
}

TEST(Score, CeasingToBeTheBetterNeedsTheSameMargin) {
  run({kMeasured,
       kLongAgo,
       // 148 against 155: 2 stays one ahead.
       {kInterval, {round(2, answers(30))}, {{2, 156, Reason::step}}, {{2, Holding::hold_down}}},
       {kInterval, {round(2, answers(31))}, {{2, 146, Reason::step}}, {{2, std::nullopt}}}});
}

TEST(Score, AReversalHappensOncePerDwell) {
  run({kMeasured,
       kLongAgo,
       {kInterval, {round(3, answers(10))}, {{3, 176, Reason::step}}},
       {kInterval, {round(2, answers(1))}, {{2, 175, Reason::step}}, {{2, Holding::dwell, seconds{105}}}},
       {seconds{105}, {}, {{2, 188, Reason::step}}, {{2, std::nullopt}}}});
}

TEST(Score, ATieStaysWithTheIncumbent) {
  run({kMeasured,
       kLongAgo,
       // Equal preference would hand the choice to AS-path length.
       {kInterval, {round(3, answers(20))}, {{3, 161, Reason::step}}, {{3, Holding::hysteresis}}},
       {kInterval, {round(3, answers(20))}, {}, {{3, Holding::hysteresis}}, 100}});
}

TEST(Score, FirstAnswersMayTieAndTheOlderOneIsTheIncumbent) {
  run({{seconds{0},
        {round(3, answers(20)), round(2, answers(20))},
        {{3, 162, Reason::first_answer}, {2, 162, Reason::first_answer}}},
       {minutes{3}, {round(2, answers(15))}, {}, {{2, Holding::hold_down}}},
       {kInterval, {round(3, answers(10))}, {{3, 176, Reason::step}, {2, 169, Reason::step}}}});
}

TEST(Score, ABoundaryOverridesMarginAndDwellAndItsWayBackDoesNot) {
  run({kMeasured,
       kLongAgo,
       {kInterval, {round(3, answers(1))}, {{3, 188, Reason::step}}},
       // Four of the last twenty lost: 6.2 % are proven, 18.5 points of S. The link gives way at once,
       // although the better one changed half a minute ago.
       {kInterval, {round(3, losing(2, 1))}, {}},
       {kInterval, {round(3, losing(2, 1))}, {{3, 151, Reason::loss_boundary}}, {{3, std::nullopt}}},
       // Two of twenty leave 176, a good margin; but the last reversal is only 45 s old.
       {kInterval, {round(3, answers(1))}, {{3, 161, Reason::step}}, {{3, Holding::dwell, seconds{75}}}, 3},
       {seconds{75}, {}, {{3, 176, Reason::step}}}});
}

TEST(Score, DownHandsOverAtOnceAndTheReturnWaitsForTheDwellAsSecond) {
  run({kMeasured,
       kLongAgo,
       {kInterval, {round(2, nothing_answers())}, {{2, 0, Reason::down}}},
       {kInterval, {round(2, answers(5))}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(5))}, {}},
       // Usable after 30 s, but not yet the better one.
       {kInterval, {}, {{2, 154, Reason::returned}}, {{2, Holding::dwell, seconds{75}}}},
       {seconds{75}, {}, {{2, 183, Reason::step}}, {{2, std::nullopt}}}});
}

TEST(Score, WhoeverIsHeldMovesWhenTheBetterOneGoes) {
  run({kMeasured,
       kLongAgo,
       {kInterval, {round(3, answers(16))}, {{3, 161, Reason::step}}, {{3, Holding::hold_down}}},
       {kInterval,
        {round(2, nothing_answers())},
        {{2, 0, Reason::down}, {3, 167, Reason::step}},
        {{3, std::nullopt}}}});
}

TEST(Score, BeyondSixtyFourMillisecondsAllAreEqual) {
  run({{seconds{0},
        {round(2, answers(100)), round(3, answers(400))},
        {{2, 100, Reason::first_answer}, {3, 100, Reason::first_answer}}},
       {kInterval,
        {round(2, answers(400)), round(3, answers(100))},
        {},
        {{2, std::nullopt}, {3, std::nullopt}},
        20},
       // The boundary of RTT is crossed, but the value does not know.
       {kInterval, {round(2, answers(600))}, {}, {{2, std::nullopt}}}});
}

}  // namespace
}  // namespace trimtab::controller::testing
