// Restart and reload: what an earlier run had published, and a changed mesh file.
#include <gtest/gtest.h>

#include "support/controller_steps.h"

namespace trimtab::controller::testing {
namespace {

const Settings kPath = with_policy(mesh::Policy::path);
const Settings kScore = with_policy(mesh::Policy::score);

void run(const std::vector<Step>& steps) {
  run_steps(kPath, links_to({2}), steps);
}

TEST(Restart, PublishesWhatWasPublished) {
  run({{seconds{0}, {restored(2, 210)}, {}, {{2, Holding::restarted}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, std::nullopt}}, 100}});
}

TEST(Restart, ALowerValueWaitsForSixtyFreshProbes) {
  run({{seconds{0}, {restored(2, 1500)}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::restarted}}, 11},
       {kInterval, {round(2, answers(20))}, {{2, 210, Reason::step}}}});
}

TEST(Restart, AHigherValueWaitsForTwentyFreshProbes) {
  run({{seconds{0}, {restored(2, 210)}},
       {kInterval, {round(2, answers(100))}, {}, {{2, Holding::restarted}}, 3},
       {kInterval, {round(2, answers(100))}, {{2, 1010, Reason::step}}}});
}

TEST(Restart, ABoundaryDoesNotWait) {
  run({{seconds{0}, {restored(2, 210)}},
       {kInterval, {round(2, losing(4))}, {{2, 5845, Reason::loss_boundary}}},
       {kInterval, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}}});
}

TEST(Restart, StandingIsKeptUntilProbesFail) {
  run({{seconds{0}, {restored(2, 210)}},
       {kInterval, {round(2, nothing_answers())}, {{2, kLastResort, Reason::down}}, {{2, Holding::down}}}});
}

TEST(Restart, AtLastResortItHasToEarnItsReturn) {
  run({{seconds{0}, {restored(2, kLastResort)}, {}, {{2, Holding::down}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning, seconds{30}}}},
       {kInterval, {round(2, answers(20))}, {}, {{2, Holding::earning}}},
       // A lowering, within 120 s of the restart.
       {kInterval, {}, {}, {{2, Holding::dwell, seconds{75}}}},
       {seconds{75}, {}, {{2, 210, Reason::returned}}}});
}

TEST(Restart, IgnoresWhatThePolicyCannotHavePublished) {
  run({{seconds{0},
        {restored(2, 0), restored(2, kLastResort + 1), restored(9, 210)},
        {},
        {{2, Holding::unmeasured}}},
       {kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}}});
  run_steps(kScore, links_to({2}),
            {{seconds{0}, {restored(2, 99), restored(2, 201)}, {}, {{2, Holding::unmeasured}}},
             {seconds{0}, {restored(2, 162)}, {}, {{2, Holding::restarted}}}});
}

TEST(Reload, SurvivingLinksKeepTheirHistory) {
  run_steps(
      kPath, links_to({2, 3}),
      {{kInterval,
        {round(2, answers(20)), round(3, answers(30))},
        {{2, 210, Reason::first_answer}, {3, 310, Reason::first_answer}}},
       {kInterval, {reload(kPath, links_to({4, 3}))}, {}, {{3, std::nullopt}, {4, Holding::unmeasured}}},
       {kInterval, {round(2, answers(20)), round(3, answers(30))}, {}, {{3, std::nullopt}}},
       {kInterval, {round(4, answers(20))}, {{4, 210, Reason::first_answer}}}});
}

TEST(Reload, ABiasIsPublishedHoweverSmall) {
  auto biased = links_to({2});
  biased[0].bias = Milliseconds{0.5};
  run_steps(kPath, links_to({2}),
            {{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}},
             {kInterval, {reload(kPath, biased)}, {{2, 215, Reason::settings}}},
             // Taking it back is a lowering.
             {kInterval, {reload(kPath, links_to({2}))}, {}, {{2, Holding::dwell, seconds{90}}}},
             {seconds{90}, {}, {{2, 210, Reason::settings}}}});
}

TEST(Reload, AnotherPolicyIsAnotherScale) {
  run_steps(kPath, links_to({2, 3}),
            {{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}},
             {kInterval,
              {reload(kScore, links_to({2, 3}))},
              {{2, 162, Reason::settings}},
              {{3, Holding::unmeasured}}},
             {kInterval, {reload(kPath, links_to({2, 3}))}, {{2, 210, Reason::settings}}}});
}

TEST(Reload, DoesNotForgetTheChangesOfTheHour) {
  Settings whole = kPath;
  whole.tuning.smoothing = 1;
  std::vector<Step> steps{{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}}};
  for (int rtt = 30; rtt <= 100; rtt += 10) {
    steps.push_back(
        {seconds{0}, {round(2, answers(rtt))}, {{2, static_cast<Value>(rtt * 10 + 10), Reason::step}}});
  }
  Settings slower = whole;
  slower.tuning.publish_refill = minutes{6};
  steps.push_back({seconds{0}, {reload(slower, links_to({2}))}});
  steps.push_back({seconds{0}, {round(2, answers(200))}, {}, {{2, Holding::budget, minutes{6}}}});
  run_steps(whole, links_to({2}), steps);
}

}  // namespace
}  // namespace trimtab::controller::testing
