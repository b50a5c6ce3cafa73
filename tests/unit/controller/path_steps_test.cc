// Policy `path`, as tables of steps: what is published, when, and why.
#include <gtest/gtest.h>

#include "support/controller_steps.h"

namespace trimtab::controller::testing {
namespace {

// With nothing declared, C = RTT + 200/200: 20 ms are 21.0 ms.
constexpr Value k20ms = 210;

const Settings kPath = with_policy(mesh::Policy::path);
const Step kMeasured{kInterval, {round(2, answers(20))}, {{2, k20ms, Reason::first_answer}}};

void run(const std::vector<Step>& steps) {
  run_steps(kPath, links_to({2}), steps);
}

TEST(Path, UnmeasuredIsLastResortUntilItsFirstAnswer) {
  run({{seconds{0}, {}, {}, {{2, Holding::unmeasured}}},
       {kInterval, {round(2, nothing_answers())}, {}, {{2, Holding::unmeasured}}, 10},
       {kInterval, {round(2, late())}, {}, {{2, Holding::unmeasured}}},
       {kInterval, {round(2, losing(2))}, {{2, k20ms, Reason::first_answer}}, {{2, std::nullopt}}}});
}

TEST(Path, SmallStepsAreNotPublishedAndLargeOnesAreRisesAtOnce) {
  run({kMeasured,
       // To 22.1 ms, then above 23.1: ten per cent of 21.0 and more than 2 ms.
       {kInterval, {round(2, answers(31))}, {}, {{2, Holding::hysteresis}}},
       {kInterval, {round(2, answers(31.2))}, {{2, 231, Reason::step}}, {{2, std::nullopt}}}});
}

TEST(Path, BelowTwoMillisecondsTenPerCentAreNotEnough) {
  run({{kInterval, {round(2, answers(5))}, {{2, 60, Reason::first_answer}}},
       {kInterval, {round(2, answers(24))}, {}, {{2, Holding::hysteresis}}},                 // 7.9 ms
       {kInterval, {round(2, answers(8))}, {{2, 80, Reason::step}}, {{2, std::nullopt}}}});  // 8.0 ms
}

TEST(Path, LoweringDwells) {
  run({{kInterval, {round(2, answers(100))}, {{2, 1010, Reason::first_answer}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::hysteresis}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::dwell, seconds{90}}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::dwell, seconds{75}}}},
       // At the end of the dwell, without a round: 20 + 80·0.9³ + 1.
       {seconds{75}, {}, {{2, 793, Reason::step}}, {{2, std::nullopt}}}});
}

TEST(Path, RisesAreFreeWithinTheDwell) {
  run({kMeasured,
       {kInterval, {round(2, answers(120))}, {{2, 310, Reason::step}}},
       {kInterval, {round(2, answers(120))}, {{2, 400, Reason::step}}}});
}

TEST(Path, VanishesAtOnceAndEarnsItsReturn) {
  run({kMeasured,
       {minutes{3}, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}, {{2, Holding::down}}},
       {kInterval, {round(2, nothing_answers())}, {}, {{2, Holding::down}}, 4},
       // Estimates start anew: 40 ms at once, nothing left of the 20.
       {kInterval, {round(2, answers(40))}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(40))}, {}, {{2, Holding::earning, seconds{15}}}},
       {kInterval, {}, {{2, 410, Reason::returned}}, {{2, std::nullopt}}}});
}

TEST(Path, WhatWasLostBeforeTheAnswerIsPartOfTheSilence) {
  Sample back = answers(20);
  for (int i = 0; i < 4; ++i) back.probes[static_cast<std::size_t>(i)].outcome = Outcome::lost;
  run({kMeasured,
       {minutes{3}, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}},
       {kInterval, {round(2, back)}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning}}},
       {kInterval, {}, {{2, k20ms, Reason::returned}}}});
}

TEST(Path, AReturnIsALoweringAndDwells) {
  run({kMeasured,
       {kInterval, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning}}},
       {kInterval, {}, {}, {{2, Holding::dwell, seconds{60}}}},
       {minutes{1}, {}, {{2, k20ms, Reason::returned}}}});
}

TEST(Path, FourOfFiveLostIsNotDownFiveOfFiveIs) {
  run({kMeasured,
       {kInterval, {round(2, losing(4))}, {{2, 2768, Reason::loss_boundary}}},
       // One more lost, the others answered: five in a row would need the whole round.
       {kInterval, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}}});
}

TEST(Path, ARoundOfThreeIsNotYetFiveInARow) {
  run({kMeasured,
       {kInterval, {round(2, nothing_answers(3))}, {{2, 2226, Reason::loss_boundary}}},
       {kInterval, {round(2, nothing_answers(3))}, {{2, kLastResort, Reason::down}}}});
}

TEST(Path, LateAnswersAreNotLost) {
  run({kMeasured, {kInterval, {round(2, late())}, {}, {{2, std::nullopt}}, 10}});
}

TEST(Path, ARoundThatWasNotSentSaysNothing) {
  run({kMeasured, {kInterval, {round(2, Sample{})}, {}, {{2, std::nullopt}}, 10}});
}

TEST(Path, LossBeyondTheBoundaryIsPublishedAtOnceAndItsWayBackDwells) {
  run({{kInterval, {round(2, answers(20))}, {{2, k20ms, Reason::first_answer}}},
       {kInterval, {round(2, answers(20))}, {}, {}, 3},
       {kInterval, {round(2, losing(2))}, {}, {{2, std::nullopt}}},
       // Four of twenty: proven 6.2 %, 123.2 ms more.
       {kInterval, {round(2, losing(2))}, {{2, 1441, Reason::loss_boundary}}},
       // Two of the four leave the window of twenty, one dwell after the first answer: 2 of 20 prove 1.98 %.
       // Then the window of sixty is full and holds all four (1.9 %), later two of them (0.7 %).
       {kInterval, {round(2, answers(20))}, {{2, 606, Reason::step}}, {{2, Holding::hysteresis}}, 6},
       {kInterval, {round(2, answers(20))}, {{2, 341, Reason::step}}, {{2, std::nullopt}}, 9},
       // The long window holds all four once it is full (0.5 %) and lets them go with the oldest rounds.
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::hysteresis}}, 28},
       {kInterval, {round(2, answers(20))}, {{2, 243, Reason::step}}, {{2, Holding::dwell, seconds{105}}}, 5},
       {kInterval, {round(2, answers(20))}, {{2, 210, Reason::step}}, {{2, std::nullopt}}, 7}});
}

TEST(Path, ProvenLossBelowItsWayBackForSixtyProbesIsOwed) {
  // 4 of 60 prove 2.01 %: only when they have left that window do the sixty probes below 2 % begin.
  Settings coarse = kPath;
  coarse.tuning.cost_step = Ratio{0.9};
  run_steps(coarse, links_to({2}),
            {kMeasured,
             {kInterval, {round(2, answers(20))}, {}, {}, 2},
             {kInterval, {round(2, losing(4))}, {{2, 1441, Reason::loss_boundary}}},
             {kInterval, {round(2, answers(20))}, {}, {{2, Holding::hysteresis}}, 22},
             {kInterval, {round(2, answers(20))}, {{2, 387, Reason::loss_recovered}}}});
}

TEST(Path, RttBeyondItsBoundaryAndBack) {
  Settings whole = kPath;
  whole.tuning.smoothing = 1;
  run_steps(whole, links_to({2}),
            {{kInterval, {round(2, answers(490))}, {{2, 4910, Reason::first_answer}}},
             // Less than ten per cent, but across.
             {kInterval, {round(2, answers(501))}, {{2, 5020, Reason::rtt_boundary}}},
             {kInterval, {round(2, answers(455))}, {}, {{2, Holding::hysteresis}}},
             {kInterval, {round(2, answers(449))}, {}, {{2, Holding::dwell, seconds{75}}}},
             {seconds{75}, {round(2, answers(449))}, {{2, 4500, Reason::rtt_recovered}}}});
}

TEST(Path, AWayBackIsPublishedHoweverSmall) {
  Settings narrow = kPath;
  narrow.tuning.smoothing = 1;
  narrow.tuning.rtt_boundary_back = Milliseconds{495};
  run_steps(narrow, links_to({2}),
            {{kInterval, {round(2, answers(480))}, {{2, 4810, Reason::first_answer}}},
             {minutes{3}, {round(2, answers(501))}, {{2, 5020, Reason::rtt_boundary}}},
             {minutes{3}, {round(2, answers(496))}, {}, {{2, Holding::hysteresis}}},
             {minutes{3}, {round(2, answers(494))}, {{2, 4950, Reason::rtt_recovered}}},
             {kInterval, {round(2, answers(501))}, {{2, 5020, Reason::rtt_boundary}}},
             {kInterval, {round(2, answers(494))}, {}, {{2, Holding::dwell, seconds{90}}}},
             {seconds{90}, {}, {{2, 4950, Reason::rtt_recovered}}}});
}

TEST(Path, EveryKindOfDropTakesItDown) {
  for (const Condition& bad : {kBfdDown, kSessionLost, kInterfaceDown}) {
    run({kMeasured,
         {minutes{3}, {condition(2, bad)}, {{2, kLastResort, Reason::down}}, {{2, Holding::down}}},
         {kInterval, {round(2, answers(20))}, {}, {{2, Holding::down}}},
         {kInterval, {condition(2, kGood), round(2, answers(20))}, {}, {{2, Holding::earning, seconds{30}}}},
         {kInterval, {round(2, answers(20))}, {}},
         {kInterval, {}, {{2, k20ms, Reason::returned}}}});
  }
}

TEST(Path, OneOutageSeenThreeTimesIsOneDrop) {
  run({kMeasured,
       {minutes{3}, {condition(2, kBfdDown)}, {{2, kLastResort, Reason::down}}},
       {milliseconds{10}, {condition(2, {.session_established = false, .bfd_up = false})}, {}},
       {kInterval, {round(2, nothing_answers())}, {}, {}, 3},
       {kInterval, {condition(2, kGood), round(2, answers(20))}, {}, {{2, Holding::earning, seconds{30}}}}});
}

TEST(Path, FlappingDoublesWhatAReturnCosts) {
  const auto flap = [](Duration earn) {
    return std::vector<Step>{{seconds{1}, {condition(2, kBfdDown)}, {}, {{2, Holding::down}}},
                             {seconds{1}, {condition(2, kGood)}, {}, {{2, Holding::earning, earn}}}};
  };
  std::vector<Step> steps{kMeasured,
                          {minutes{3}, {condition(2, kBfdDown)}, {{2, kLastResort, Reason::down}}},
                          {seconds{1}, {condition(2, kGood)}, {}, {{2, Holding::earning, seconds{30}}}}};
  for (const int earn : {60, 120, 240, 480, 599, 599}) {
    for (const Step& step : flap(seconds{earn})) steps.push_back(step);
  }
  run(steps);
}

TEST(Path, DropsAreForgottenAfterTenMinutesWithoutOne) {
  run({kMeasured,
       {minutes{3}, {condition(2, kBfdDown)}, {{2, kLastResort, Reason::down}}},
       {seconds{1}, {condition(2, kGood)}},
       {seconds{1}, {condition(2, kBfdDown)}},
       {minutes{10},
        {condition(2, kGood), round(2, answers(20))},
        {},
        {{2, Holding::earning, seconds{30}}}}});
}

TEST(Path, AWhollyLostRoundStartsTheEarningOver) {
  run({kMeasured,
       {kInterval, {round(2, answers(20))}, {}, {}, 10},
       {seconds{1}, {condition(2, kBfdDown)}, {{2, kLastResort, Reason::down}}},
       {seconds{1}, {condition(2, kGood)}, {}, {{2, Holding::earning, seconds{30}}}},
       {seconds{14}, {round(2, nothing_answers(3))}, {}, {{2, Holding::earning, seconds{30}}}},
       {seconds{15}, {round(2, answers(20))}, {}, {{2, Holding::earning, seconds{15}}}}});
}

TEST(Path, AnEmptyEarningIsNotEarned) {
  run({kMeasured,
       {minutes{3}, {condition(2, kBfdDown)}, {{2, kLastResort, Reason::down}}},
       {seconds{1}, {condition(2, kGood)}, {}, {{2, Holding::earning}}},
       // Suspended for an hour: nobody saw that it was good. The first round after it starts over.
       {hours{1}, {}, {}, {{2, Holding::earning}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(20))}, {}},
       {kInterval, {}, {{2, k20ms, Reason::returned}}}});
}

TEST(Path, AGapInTimeChangesNothing) {
  run({kMeasured,
       {kInterval, {round(2, answers(20))}, {}, {}, 20},
       {hours{100}, {}, {}, {{2, std::nullopt}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, std::nullopt}}}});
}

TEST(Path, ASaturatedSampleIsWorthWhatItProves) {
  run({kMeasured,
       {kInterval, {throughput(2, 1)}, {}},
       {kInterval, {round(2, answers(30)), throughput(2, 10)}, {}},  // once may be an accident
       {kInterval, {round(2, answers(30)), throughput(2, 10)}, {{2, 419, Reason::step}}},
       {minutes{3}, {round(2, answers(20)), throughput(2, 100)}, {{2, 237, Reason::step}}}});
}

TEST(Path, AFirstValueThatWasOffIsSettledOnce) {
  run({{kInterval, {round(2, answers(21.5))}, {{2, 225, Reason::first_answer}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::hysteresis}}, 28},
       {kInterval, {round(2, answers(20))}, {{2, 211, Reason::settled}}},
       {kInterval, {round(2, answers(20))}, {}, {}, 100}});
}

TEST(Path, EqualLinksStayAsTheyAre) {
  run_steps(kPath, links_to({2, 3}),
            {{kInterval,
              {round(3, answers(20)), round(2, answers(20))},
              {{3, k20ms, Reason::first_answer}, {2, k20ms, Reason::first_answer}}},
             {kInterval, {round(2, answers(20)), round(3, answers(20))}, {}, {}, 100}});
}

TEST(Path, ABoundaryOnTheLastTokenPublishesLastResortUntilTwoAreFree) {
  Settings whole = kPath;
  whole.tuning.smoothing = 1;
  std::vector<Step> steps;
  Value value = 210;
  steps.push_back({kInterval, {round(2, answers(20))}, {{2, value, Reason::first_answer}}});
  for (int rtt = 30; rtt <= 100; rtt += 10) {  // eight more: one token is left
    steps.push_back(
        {seconds{0}, {round(2, answers(rtt))}, {{2, static_cast<Value>(rtt * 10 + 10), Reason::step}}});
  }
  steps.push_back({seconds{0}, {round(2, answers(150))}, {}, {{2, Holding::budget, minutes{3}}}});
  steps.push_back({seconds{0},
                   {round(2, answers(600))},
                   {{2, kLastResort, Reason::budget_spent}},
                   {{2, Holding::dwell, minutes{2}}}});
  steps.push_back({minutes{2}, {}, {}, {{2, Holding::budget, minutes{4}}}});
  steps.push_back({minutes{4}, {}, {{2, 6010, Reason::budget_refilled}}, {{2, std::nullopt}}});
  run_steps(whole, links_to({2}), steps);
}

}  // namespace
}  // namespace trimtab::controller::testing
