// What a link publishes whose own load makes it slow, at the level of the controller.
#include <gtest/gtest.h>

#include "support/controller_steps.h"

namespace trimtab::controller::testing {
namespace {

const Step kFirst{kInterval, {round(2, answers(20))}, {{2, 210, Reason::first_answer}}};
const Step kQuiet{kInterval, {round(2, answers(20)), throughput(2, 0.1)}};
// r̂ 20 ms, then 30 by a tenth of 120.
const Step kFull{kInterval, {round(2, answers(120)), throughput(2, 50)}, {{2, 310, Reason::step}}};

Step empty_again(int times) {
  return {kInterval, {round(2, answers(20)), throughput(2, 0.1)}, {}, {{2, Holding::own_load}}, times};
}

void run(std::vector<Step> steps) {
  run_steps(with_policy(mesh::Policy::path), links_to({2, 3}), steps);
}

TEST(OwnLoadSteps, AnEmptyLinkIsNotBetterForTheMemory) {
  run({kFirst, kQuiet, kFull, empty_again(180), {kInterval, {}, {{2, 210, Reason::settled}}}});
}

TEST(OwnLoadSteps, ItsRiseIsPublishedAtOnce) {
  run({kFirst,
       kQuiet,
       kFull,
       empty_again(20),
       {kInterval, {round(2, answers(420)), throughput(2, 0.1)}, {{2, 621, Reason::step}}}});
}

TEST(OwnLoadSteps, ADropAndItsReturnAreAnotherStory) {
  run({kFirst,
       kQuiet,
       kFull,
       empty_again(20),
       {seconds{1}, {condition(2, kSessionLost)}, {{2, kLastResort, Reason::down}}},
       {seconds{1}, {condition(2, kGood)}, {}, {{2, Holding::earning}}},
       {kInterval, {round(2, answers(20)), throughput(2, 50)}, {}, {{2, Holding::earning}}},
       {kInterval, {round(2, answers(20)), throughput(2, 50)}, {{2, 221, Reason::returned}}}});
}

TEST(OwnLoadSteps, WhatTheOperatorAsksForIsPublished) {
  const Settings settings = with_policy(mesh::Policy::path);
  auto links = links_to({2, 3});
  auto biased = links;
  biased.front().bias = Milliseconds{10};
  run_steps(settings, biased,
            {{kInterval, {round(2, answers(20))}, {{2, 310, Reason::first_answer}}},
             kQuiet,
             {kInterval, {round(2, answers(120)), throughput(2, 50)}, {{2, 410, Reason::step}}},
             empty_again(20),
             {seconds{1}, {reload(settings, links)}, {{2, 222, Reason::settings}}}});
}

}  // namespace
}  // namespace trimtab::controller::testing
