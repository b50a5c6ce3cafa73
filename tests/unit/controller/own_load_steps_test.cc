// What a link publishes whose own load makes it slow, at the level of the controller.
#include <gtest/gtest.h>

#include "controller/wilson.h"
#include "support/controller_driver.h"
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

TEST(OwnLoadSteps, AnEmptyLinkIsNotBetterForAnHour) {
  run({kFirst, kQuiet, kFull, empty_again(240), {kInterval, {}, {{2, 210, Reason::settled}}}});
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

// A round with this load in both directions.
void turn(Driver& driver, const Sample& sample, double megabits) {
  driver.pass(kInterval);
  driver.round(2, sample);
  driver.happen([&](Controller& controller, MonotonicTime now) {
    const Rate rate{static_cast<std::uint64_t>(megabits * 1e6)};
    controller.throughput(now, 2, {.arrived = rate, .load = rate});
  });
}

// A round is lost whole while traffic goes on, which a counter of sent bytes does not know.
TEST(OwnLoadSteps, ACutUnderTrafficIsNoLoadThatMadeItSlow) {
  Driver driver(with_policy(mesh::Policy::path), links_to({2, 3}));
  for (int i = 0; i < 40; ++i) turn(driver, answers(20), 50);
  turn(driver, nothing_answers(), 50);
  ASSERT_EQ(driver.published(2), kLastResort);
  for (int i = 0; i < 20; ++i) turn(driver, answers(20), 0.1);
  EXPECT_EQ(driver.view(2).standing, Standing::up);
  EXPECT_FALSE(driver.view(2).held);
  EXPECT_LT(driver.published(2), 300);
}

// One of five is lost in eight of twelve rounds, then none. Under a load that made it slow that has to be
// proven.
TEST(OwnLoadSteps, LessLossUnderALoadHasToBeProven) {
  const auto after = [](double megabits, int clean_rounds) {
    Driver driver(with_policy(mesh::Policy::path), links_to({2, 3}));
    for (int i = 0; i < 4; ++i) turn(driver, answers(20), 0.1);
    for (int i = 0; i < 12; ++i) turn(driver, losing(i % 3 == 2 ? 0 : 1, 120), megabits);
    for (int i = 0; i < clean_rounds; ++i) turn(driver, answers(120), megabits);
    return driver.view(2).loss.proven.value;
  };
  ASSERT_GT(after(0.1, 0), 0.05);
  EXPECT_EQ(after(50, 0), after(0.1, 0));
  EXPECT_LT(after(0.1, 8), after(0.1, 0));
  EXPECT_EQ(after(50, 8), after(50, 0)) << "it may be as before";
  const double two_of_240 = wilson(2, 240, kDecisionQuantile).high.value;
  ASSERT_LT(two_of_240, after(50, 0));
  EXPECT_EQ(after(50, 45), two_of_240);
  EXPECT_EQ(after(50, 46), 0) << "one of 240 is none, as everywhere";
}

// What the link returned with after its last drop.
Value returned_with(const Driver& driver) {
  Value value = 0;
  for (const Decision& decision : driver.decisions()) {
    if (decision.reason == Reason::returned) value = decision.to;
  }
  return value;
}

class FullLink {
 public:
  explicit FullLink(Milliseconds bias = {}) : links_(links_to({2, 3})), driver_(settings_, biased(bias)) {
    for (int i = 0; i < 4; ++i) turn(driver_, answers(20), 0.1);
    for (int i = 0; i < 30; ++i) turn(driver_, answers(120), 50);
    full_ = driver_.published(2);
  }

  void drop() {
    turn(driver_, nothing_answers(), 50);
    EXPECT_EQ(driver_.published(2), kLastResort);
  }
  void rest(int rounds, double rtt = 20, double megabits = 0.1) {
    for (int i = 0; i < rounds; ++i) turn(driver_, answers(rtt), megabits);
  }
  void reload(Milliseconds bias) {
    driver_.happen([&](Controller& controller, MonotonicTime now) {
      controller.set_links(now, settings_, biased(bias));
    });
  }
  Driver& driver() { return driver_; }
  Value full() const { return full_; }

 private:
  std::vector<LinkSettings> biased(Milliseconds bias) {
    links_.front().bias = bias;
    return links_;
  }

  Settings settings_ = with_policy(mesh::Policy::path);
  std::vector<LinkSettings> links_;
  Driver driver_;
  Value full_ = 0;
};

constexpr double kHysteresis = 0.1;  // of the published value

// By chance a full link loses a whole round. What it returns with is what its load had made of it.
TEST(OwnLoadSteps, AFullLinkReturnsAsFull) {
  FullLink link;
  ASSERT_GT(link.full(), 1000U);
  link.drop();
  link.rest(20);
  EXPECT_NEAR(returned_with(link.driver()), link.full(), kHysteresis * link.full());
  EXPECT_EQ(link.driver().published(2), returned_with(link.driver()));
  link.drop();
  link.rest(20);
  EXPECT_NEAR(returned_with(link.driver()), link.full(), kHysteresis * link.full()) << "and again";
  link.rest(200);
  EXPECT_GT(link.driver().published(2), 1000U);
  link.rest(40);
  EXPECT_LT(link.driver().published(2), 300U) << "an hour";
}

TEST(OwnLoadSteps, SilenceForMinutesIsNoLoad) {
  FullLink link;
  link.drop();
  for (int i = 0; i < 20; ++i) turn(link.driver(), nothing_answers(), 0.1);
  link.rest(60);
  EXPECT_LT(returned_with(link.driver()), 300U);
}

TEST(OwnLoadSteps, WhatTheOperatorAskedForMeanwhileCounts) {
  FullLink dear(Milliseconds{500}), cheap;
  for (FullLink* link : {&dear, &cheap}) link->drop();
  dear.reload({});
  cheap.reload(Milliseconds{50});
  for (FullLink* link : {&dear, &cheap}) link->rest(20);
  EXPECT_LT(returned_with(dear.driver()), 300U);
  EXPECT_NEAR(returned_with(cheap.driver()), 700, 100);
}

// Once it is back it is judged by what it does.
TEST(OwnLoadSteps, AnOldDropIsForgotten) {
  FullLink link;
  link.drop();
  link.rest(600);
  ASSERT_LT(link.driver().published(2), 300U);
  link.rest(3, 60, 50);
  link.driver().happen(
      [](Controller& controller, MonotonicTime now) { controller.condition_changed(now, 2, kSessionLost); });
  link.driver().happen(
      [](Controller& controller, MonotonicTime now) { controller.condition_changed(now, 2, kGood); });
  link.rest(20);
  EXPECT_LT(returned_with(link.driver()), link.full() / 2);
}

// What an empty link loses says nothing of a full one: as the load comes back, it costs what it did.
TEST(OwnLoadSteps, LossUnderALoadIsRememberedUntilItIsBack) {
  Driver driver(with_policy(mesh::Policy::path), links_to({2, 3}));
  for (int i = 0; i < 4; ++i) turn(driver, answers(20), 0.1);
  for (int i = 0; i < 12; ++i) turn(driver, losing(1, 120), 50);
  const Value full = driver.published(2);
  for (int i = 0; i < 60; ++i) turn(driver, answers(20), 0.1);
  EXPECT_GT(driver.view(2).loss.proven.value, 0.05);
  for (int i = 0; i < 10; ++i) turn(driver, answers(120), 50);
  EXPECT_GE(driver.published(2), full) << "fifty probes under the load are few";
  for (int i = 0; i < 60; ++i) turn(driver, answers(120), 50);
  EXPECT_LT(driver.published(2), full) << "three hundred are not";
  EXPECT_EQ(driver.view(2).loss.proven.value, 0);
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
