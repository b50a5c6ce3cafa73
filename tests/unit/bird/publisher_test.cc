// What is published and what the metrics file holds, in every order of refusal, silence and absence
// (specification §8).
#include "bird/publisher.h"

#include "unit/bird/conversation_steps.h"

namespace trimtab::bird::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Duration k0{};
constexpr Duration kSecond = seconds{1};

// From "candidate" to "published", with connection 1.
void publish_to_the_end(Stage& stage, Duration after, std::uint32_t cost) {
  const std::string shown = "COST_2=" + std::to_string(cost);
  stage.publish(after, cost, {"candidate: " + shown, "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: " + shown});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "configured", stage.says(kDone),
             {"published: " + shown, "send 1: show protocols \"site_*\"", "state: connected"});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
}

TEST(Publisher, ChecksThenReplacesThenConfigures) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  publish_to_the_end(stage, milliseconds{100}, 213);
}

TEST(Publisher, WhatBirdHasIsNotPublishedAgain) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 100, {});
  publish_to_the_end(stage, k0, 213);
  stage.publish(milliseconds{10}, 213, {});
}

TEST(Publisher, OnceASecondAndOnlyTheLastValue) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  publish_to_the_end(stage, k0, 200);
  stage.publish(milliseconds{100}, 300, {"state: connected pending"});
  stage.publish(milliseconds{100}, 400, {});
  stage.step(milliseconds{700}, "0.9 s after the last", TimePassed{}, {});
  stage.step(milliseconds{100}, "1 s after the last", TimePassed{},
             {"candidate: COST_2=400", "send 1: show protocols \"site_*\""});
}

TEST(Publisher, BackToWhatBirdHasWithinTheSecondIsNothing) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  publish_to_the_end(stage, k0, 200);
  stage.publish(milliseconds{100}, 300, {"state: connected pending"});
  stage.publish(milliseconds{100}, 200, {"state: connected"});
  stage.step(kSecond, "later", TimePassed{}, {"send 1: show protocols \"site_*\""});
}

TEST(Publisher, AChangeDuringPublishingFollowsIt) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 200, {"candidate: COST_2=200", "state: connected pending"});
  stage.publish(milliseconds{1}, 300, {});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=200"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "configured", stage.says(kDone),
             {"published: COST_2=200", "send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
  stage.step(kSecond, "a second later", TimePassed{},
             {"candidate: COST_2=300", "send 1: show protocols \"site_*\""});
}

// From "candidate" to "configure", with connection 1 and a file that had 100.
void publish_until_configure(Stage& stage, std::uint32_t cost) {
  const std::string shown = "COST_2=" + std::to_string(cost);
  stage.publish(k0, cost, {"candidate: " + shown, "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: " + shown});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
}

TEST(Publisher, AReconfigurationUnderWayIsTakenOnceBirdRunsWithIt) {
  for (const char* reply :
       {"0004 Reconfiguration in progress\n", "0005 Reconfiguration already in progress\n"}) {
    Stage stage(costs(100));
    stage.connect_and_settle();
    publish_until_configure(stage, 213);
    stage.step(k0, reply, stage.says(reply), {"send 1: eval METRICS_COMPLETE"});
    stage.step(k0, "not yet", stage.runs_with(costs(100)), {"send 1: show protocols \"site_*\""});
    stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
    stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
    stage.step(milliseconds{200}, "asked again", TimePassed{}, {"send 1: eval METRICS_COMPLETE"});
    stage.step(k0, "now", stage.runs_with(costs(213)), {"published: COST_2=213", "state: connected"});
  }
}

TEST(Publisher, AReconfigurationThatNeverEndsIsAnErrorAndTriedAgain) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  publish_until_configure(stage, 213);
  stage.step(k0, "in progress", stage.says("0004 Reconfiguration in progress\n"),
             {"send 1: eval METRICS_COMPLETE"});
  constexpr const char* kNever = "BIRD took the configuration and does not come to use it";
  stage.step(seconds{4}, "not yet", stage.runs_with(costs(100)), {"send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(seconds{4}, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+", "send 1: eval METRICS_COMPLETE"});
  stage.step(
      seconds{2}, "not after ten seconds", stage.runs_with(costs(100)),
      {std::string("refused: ") + kNever + "; see `birdc show protocols` for one that does not go down",
       "send 1: show protocols \"site_*\"", std::string("state: connected pending (") + kNever + ")"});
  stage.step(seconds{2}, "protocols", stage.says(kProtocols), {"send 1: configure"});
  stage.step(k0, "done", stage.says(kDone),
             {"published: COST_2=213", "send 1: show bfd sessions", "state: connected"});
}

TEST(Publisher, ABirdThatRunsWithAnotherFileIsToldToReadThisOne) {
  for (const char* other : {"0023 77\n", "0023 1\n", "9001 syntax error\n"}) {
    Stage stage(costs(100));
    stage.step(k0, "connected", stage.connected(), {});
    stage.step(k0, "greeting", stage.says(kGreeting), {"send 1: show status", "state: connected"});
    stage.step(k0, "status", stage.says(kStatus), {"send 1: eval METRICS_COMPLETE"});
    stage.step(k0, other, stage.says(other), {"send 1: configure"});
    stage.step(k0, "read", stage.says(kDone), {"send 1: show protocols \"site_*\""});
  }
}

TEST(Publisher, WhatItRunsWithAndIsNoLongerWantedIsNotReadOnceMore) {
  Stage stage(costs(100));
  stage.publish(k0, 213, {"state: connecting pending"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 1: show status", "state: connected pending"});
  stage.step(k0, "status", stage.says(kStatus), {"send 1: eval METRICS_COMPLETE"});
  stage.step(k0, "it runs with another", stage.says("0023 77\n"),
             {"candidate: COST_2=213", "send 1: show protocols \"site_*\""});
}

TEST(Publisher, ANeutralFileIsReadAgain) {
  Metrics neutral = costs(100);
  neutral.neutral = true;
  Stage stage(neutral);
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 1: show status", "state: connected"});
  stage.step(k0, "status", stage.says(kStatus), {"send 1: configure"});
}

constexpr const char* kRefusal = "BIRD refuses the configuration: /run/trimtab/c.conf:7:1 syntax error";

TEST(Publisher, RefusedByTheCheckLeavesTheFileAndTriesAgain) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(
      k0, "refused", stage.says(kSyntax),
      {std::string("refused: ") + kRefusal, std::string("state: connected pending (") + kRefusal + ")"});
  stage.step(kSecond, "a poll", TimePassed{}, {"send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
  stage.step(kSecond, "2 s after the refusal", TimePassed{},
             {"candidate: COST_2=213", "send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "mended", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "configured", stage.says(kDone),
             {"published: COST_2=213", "send 1: show protocols \"site_*\"", "state: connected"});
}

// The file that `up` wrote with bird.conf has another link: the daemon has not read that mesh file, or `up`
// not this one.
TEST(Publisher, ARefusalBesideAFileForOtherLinksNamesTheWayOut) {
  Stage stage({.values = {{2, 100}, {3, 100}}});
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "refused", stage.says(kSyntax),
             {std::string("refused: ") + kRefusal +
                  "; bird.conf may be for another mesh file than this daemon has read: run `trimtab up` (or "
                  "`render`), then reload the daemon",
              std::string("state: connected pending (") + kRefusal + ")"});
}

TEST(Publisher, TheSameRefusalIsReportedOnceAndNewValuesNeedNotWait) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(
      k0, "refused", stage.says(kSyntax),
      {std::string("refused: ") + kRefusal, std::string("state: connected pending (") + kRefusal + ")"});
  stage.publish(milliseconds{500}, 300, {});
  stage.step(milliseconds{500}, "1 s after it began", TimePassed{},
             {"candidate: COST_2=300", "send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "refused again", stage.says(kSyntax), {});
}

TEST(Publisher, RefusedAfterTheReplacementRestoresTheOldFile) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(
      k0, "refused", stage.says("8002 /etc/trimtab/bird.conf: No such file\n"),
      {"refused: BIRD refuses the configuration: /etc/trimtab/bird.conf: No such file", "replace: COST_2=100",
       "send 1: show protocols \"site_*\"",
       "state: connected pending (BIRD refuses the configuration: /etc/trimtab/bird.conf: No such file)"});
  stage.step(k0, "restored", FileDone{}, {});
}

TEST(Publisher, AFileThatCannotBeWrittenIsARefusal) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "disk full", FileDone{Error{"disk full"}},
             {"refused: disk full", "state: connected pending (disk full)"});
}

TEST(Publisher, SilentAfterTheReplacementRestoresReconnectsAndReadsAgain) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(milliseconds{4999}, "nearly 5 s of silence", TimePassed{}, {});
  stage.step(milliseconds{1}, "5 s of silence", TimePassed{},
             {"replace: COST_2=100", "close 1", "connect 2", "state: silent pending (BIRD does not answer)"});
  stage.step(k0, "restored", FileDone{}, {});
  stage.step(k0, "what was queued is answered too late", Received{1, std::string(kDone)}, {});
  stage.step(k0, "connected, and no greeting", stage.connected(), {});
  stage.step(seconds{60}, "a minute", TimePassed{}, {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected pending"});
  stage.step(k0, "status", stage.says(kStatus), {"send 2: configure"});
  stage.step(k0, "it has read the old file", stage.says(kDone), {"send 2: show protocols \"site_*\""});
  stage.step(kSecond, "protocols", stage.says(kProtocols),
             {"candidate: COST_2=213", "send 2: show bfd sessions"});
}

TEST(Publisher, SilentInTheCheckLeavesTheFile) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(seconds{5}, "5 s of silence", TimePassed{},
             {"close 1", "connect 2", "state: silent pending (BIRD does not answer)"});
  stage.publish(kSecond, 300, {});
  stage.step(k0, "its queue is full", stage.busy_connection(), {"state: silent pending (queue full)"});
}

TEST(Publisher, GoneAfterTheReplacementKeepsTheNewFile) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "gone", stage.closed(),
             {"close 1", "state: connecting pending (BIRD closed the connection)"});
  stage.step(milliseconds{250}, "back-off over", TimePassed{}, {"connect 2"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected pending"});
  stage.step(kSecond, "status", stage.says(kStatus), {"send 2: eval METRICS_COMPLETE"});
  stage.step(k0, "it read the file when it started", stage.runs_with(costs(213)),
             {"published: COST_2=213", "send 2: show protocols \"site_*\"", "state: connected"});
}

TEST(Publisher, ShuttingDownIsAsGoodAsGone) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {"send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213"});
  stage.step(k0, "replaced", FileDone{}, {"send 1: configure"});
  stage.step(k0, "shutting down", stage.says("0006 Reconfiguration ignored, shutting down\n"),
             {"send 1: eval METRICS_COMPLETE"});
  stage.step(k0, "gone", stage.closed(),
             {"close 1", "state: connecting pending (BIRD closed the connection)"});
}

TEST(Publisher, WithoutBirdTheFileIsReplacedAllTheSame) {
  Stage stage(costs(100));
  stage.publish(k0, 213, {"state: connecting pending"});
  stage.step(k0, "no BIRD", stage.refused_connection(),
             {"replace: COST_2=213", "state: absent pending (cannot connect)"});
  stage.step(k0, "replaced", FileDone{}, {"published unread: COST_2=213"});
  stage.publish(milliseconds{100}, 300, {});
  stage.step(milliseconds{150}, "back-off over", TimePassed{}, {"connect 2"});
  stage.step(milliseconds{750}, "still no BIRD", stage.refused_connection(), {"replace: COST_2=300"});
  stage.step(k0, "replaced", FileDone{}, {"published unread: COST_2=300"});
  stage.step(milliseconds{500}, "back-off over", TimePassed{}, {"connect 3"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 3: show status", "state: connected pending"});
  stage.step(kSecond, "status", stage.says(kStatus), {"send 3: eval METRICS_COMPLETE"});
  stage.step(k0, "it read the file when it started", stage.runs_with(costs(300)),
             {"published: COST_2=300", "send 3: show protocols \"site_*\"", "state: connected"});
}

TEST(Publisher, GoneWhileTheCandidateIsWritten) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "gone", stage.closed(),
             {"close 1", "state: connecting pending (BIRD closed the connection)"});
  stage.step(milliseconds{250}, "back-off over", TimePassed{}, {"connect 2"});
  stage.step(k0, "no BIRD", stage.refused_connection(), {"state: absent pending (cannot connect)"});
  stage.step(k0, "candidate written", FileDone{}, {"replace: COST_2=213"});
}

TEST(Publisher, AConfigurationThatBirdDoesNotReadIsSaidAndTriedAgain) {
  Stage stage(costs(100));
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 1: show status", "state: connected"});
  stage.step(k0, "status", stage.says(kStatus), {"send 1: eval METRICS_COMPLETE"});
  stage.step(k0, "another file", stage.says("0023 77\n"), {"send 1: configure"});
  stage.step(k0, "refused", stage.says(kSyntax),
             {std::string("refused: ") + kRefusal, "send 1: show protocols \"site_*\"",
              std::string("state: connected (") + kRefusal + ")"});
  stage.step(kSecond, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+", "send 1: show protocols \"site_*\""});
  stage.step(kSecond, "protocols, 2 s after the refusal", stage.says(kProtocols), {"send 1: configure"});
}

TEST(Publisher, WantedValuesMayMendAFileThatBirdDoesNotRead) {
  Stage stage(costs(100));
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 1: show status", "state: connected"});
  stage.step(k0, "status", stage.says(kStatus), {"send 1: eval METRICS_COMPLETE"});
  stage.step(k0, "another file", stage.says("0023 77\n"), {"send 1: configure"});
  stage.publish(k0, 213, {"state: connected pending"});
  stage.step(k0, "refused", stage.says(kSyntax),
             {std::string("refused: ") + kRefusal, "send 1: show protocols \"site_*\"",
              std::string("state: connected pending (") + kRefusal + ")"});
  stage.step(seconds{2}, "protocols", stage.says(kProtocols),
             {"candidate: COST_2=213", "send 1: show bfd sessions"});
}

TEST(Publisher, APathThatBirdWouldNotTakeIsAnError) {
  Publisher publisher({}, "/" + std::string(250, 'x'), format_metrics(costs(100)));
  MonotonicTime now{};
  (void)publisher.start(now);
  (void)publisher.handle(now, Connected{1});
  const std::string mark = "0023 " + std::to_string(*mark_of(format_metrics(costs(100)))) + "\n";
  for (std::string_view text :
       {kGreeting, kStatus, std::string_view(mark), std::string_view("8003 No protocols match\n")}) {
    (void)publisher.handle(now, Received{1, std::string(text)});
  }
  now += seconds{1};
  (void)publisher.publish(now, costs(213));
  ASSERT_TRUE(publisher.state().last_error.has_value());
  EXPECT_EQ(publisher.state().last_error->fix, "use a shorter --run-dir");
  EXPECT_GT(*publisher.next_deadline(), now) << "it must not spin";
}

}  // namespace
}  // namespace trimtab::bird::test
