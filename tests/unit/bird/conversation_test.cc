// Connecting, versions, framing trouble, polls, restarts and questions.
#include "bird/conversation.h"

#include <rapidcheck.h>

#include "unit/bird/conversation_steps.h"

namespace trimtab::bird::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Duration k0{};

TEST(Conversation, BacksOffUpToFiveSeconds) {
  Stage stage(costs(100));
  stage.step(k0, "no BIRD", stage.refused_connection(), {"state: absent (cannot connect)"});
  ConnectionId connection = 2;
  for (int wait_ms : {250, 500, 1000, 2000, 4000, 5000, 5000}) {
    EXPECT_LE(*stage.publisher().next_deadline(), stage.now() + milliseconds{wait_ms});
    stage.step(milliseconds{wait_ms - 1}, "not yet", TimePassed{}, {});
    stage.step(milliseconds{1}, "again", TimePassed{}, {"connect " + std::to_string(connection++)});
    stage.step(k0, "no BIRD", stage.refused_connection(), {});
  }
}

TEST(Conversation, AnOldBirdIsRefusedByName) {
  Stage stage(costs(100));
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "2.0.9", stage.says("0001 BIRD 2.0.9 ready.\n"),
             {"close 1", "state: unsupported (BIRD 2.0.9 is too old)"});
  stage.publish(seconds{10}, 213, {"state: unsupported pending (BIRD 2.0.9 is too old)"});
}

TEST(Conversation, NoBirdAtAll) {
  Stage stage(costs(100));
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "nonsense", stage.says("HTTP/1.1 400 Bad Request\r\n"),
             {"close 1", "state: unsupported (BIRD sent what is no reply: \"HTTP/1.1 400 Bad Request?\")"});
}

TEST(Conversation, ByteByByteIsTheSame) {
  Stage stage(costs(100));
  stage.step(k0, "connected", stage.connected(), {});
  const std::string greeting(kGreeting);
  for (std::size_t i = 0; i + 1 < greeting.size(); ++i) {
    stage.step(k0, "a byte", stage.says(greeting.substr(i, 1)), {});
  }
  stage.step(k0, "the last", stage.says("\n"), {"send 1: show status", "state: connected"});
}

TEST(Conversation, AnAnswerNobodyAskedForEndsIt) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.step(k0, "unasked", stage.says("0003 Reconfigured\n"),
             {"close 1", "state: unsupported (BIRD answered what was not asked)"});
  stage.step(milliseconds{250}, "again", TimePassed{}, {"connect 2"});
}

TEST(Conversation, ALateReplyOfAnOldConnectionIsNobodys) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.query(k0, 7, "show route 10.10.4.0/24 all", {"send 1: show route 10.10.4.0/24 all"});
  stage.step(seconds{5}, "silence", TimePassed{},
             {"answer 7: BIRD went away before it answered", "close 1", "connect 2",
              "state: silent (BIRD does not answer)"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "too late", Received{1, std::string(kStatus)}, {});
  stage.step(k0, "closed, of the old one", Closed{1}, {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected"});
}

TEST(Conversation, QuestionsAreAnsweredOneByOne) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.query(k0, 7, "show route 10.10.4.0/24 all", {"send 1: show route 10.10.4.0/24 all"});
  stage.query(k0, 8, "show route 10.10.3.0/24 all", {});
  stage.step(k0, "first", stage.says("8001 Network not found\n"),
             {"answer 7: Network not found", "send 1: show route 10.10.3.0/24 all"});
  stage.step(k0, "second", stage.says("0000 \n"), {"answer 8: "});
}

TEST(Conversation, OnlyQuestionsAreAsked) {
  Stage stage(costs(100));
  stage.query(k0, 1, "show status", {"answer 1: BIRD cannot be asked"});
  stage.connect_and_settle();
  stage.query(k0, 2, "down", {"answer 2: not a question for BIRD"});
  stage.query(k0, 3, "show status\ndown", {"answer 3: not a question for BIRD"});
  stage.query(k0, 4, "show " + std::string(300, 'x'), {"answer 4: not a question for BIRD"});
}

TEST(Conversation, ASessionThatGoesIsReported) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.step(seconds{1}, "poll", TimePassed{}, {"send 1: show protocols \"site_*\""});
  stage.step(k0, "3 is away",
             stage.says("1002-site_2     BGP        ---        up     23:01:27.123  Established   \n"
                        " site_3     BGP        ---        start  23:01:27.123  Connect       \n0000 \n"),
             {"send 1: show bfd sessions"});
  stage.step(
      k0, "BFD of 2 is down",
      stage.says(
          "1020-mesh_bfd:\n 172.31.0.2   gre-b      Down       23:01:27.123    1.000    0.000\n0000 \n"),
      {"sessions: 2+BFD 3-"});
}

TEST(Conversation, AfterARestartOfBirdSessionsAreStarting) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.step(k0, "gone", stage.closed(), {"close 1", "state: connecting (BIRD closed the connection)"});
  stage.step(milliseconds{250}, "again", TimePassed{}, {"connect 2"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected"});
  stage.step(k0, "status",
             stage.says("1000-BIRD 2.0.12\n1011-Last reboot on 2026-11-24 07:00:00.000\n0013 fine\n"),
             {"send 2: eval METRICS_COMPLETE", "state: connected restarts 1"});
  stage.step(k0, "it has read the file", stage.runs_with(costs(100)), {"send 2: show protocols \"site_*\""});
  stage.step(k0, "nothing yet",
             stage.says("1002-site_2     BGP        ---        start  07:00:00.000  Connect\n"
                        " site_3     BGP        ---        up     07:00:00.000  Established\n0000 \n"),
             {"send 2: show bfd sessions"});
  stage.step(k0, "nor here", stage.says("1020-mesh_bfd:\n0000 \n"), {"sessions: 2~ 3+"});
}

// A silence is BIRD's own, but sessions that fell meanwhile are gone: neighbours took their routes away.
TEST(Conversation, AfterASilenceSessionsAreJudged) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.step(seconds{1}, "poll", TimePassed{}, {"send 1: show protocols \"site_*\""});
  stage.step(seconds{5}, "silence", TimePassed{},
             {"close 1", "connect 2", "state: silent (BIRD does not answer)"});
  stage.step(k0, "connected", stage.connected(), {});
  stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected"});
  stage.step(k0, "status", stage.says(kStatus), {"send 2: configure"});
  stage.step(k0, "configured", stage.says(kDone), {"send 2: show protocols \"site_*\""});
  stage.step(k0, "both fell",
             stage.says("1002-site_2     BGP        ---        start  23:02:27.123  Connect\n0000 \n"),
             {"send 2: show bfd sessions"});
  stage.step(k0, "bfd", stage.says("1020-mesh_bfd:\n0000 \n"), {"sessions: 2-BFD 3-"});
}

// Whatever order of events: no abort, no command while one is in flight, none longer than BIRD takes.
TEST(Conversation, SurvivesAnyOrderOfEvents) {
  EXPECT_TRUE(rc::check("any order of events", [] {
    Publisher publisher({{2, *parse_address("172.31.0.2"), "gre-b", true}}, "/run/trimtab/c.conf",
                        format_metrics(costs(100)));
    MonotonicTime now{};
    ConnectionId connection = 0;
    int in_flight = 0;
    const auto carry_out = [&](const std::vector<Action>& actions) {
      for (const Action& action : actions) {
        if (const auto* connect = std::get_if<Connect>(&action)) {
          connection = connect->connection;
          in_flight = 0;
        } else if (const auto* send = std::get_if<Send>(&action)) {
          RC_ASSERT(send->connection == connection);
          RC_ASSERT(send->bytes.size() <= 256U);
          RC_ASSERT(++in_flight == 1);
        }
      }
    };
    carry_out(publisher.start(now));
    if (*rc::gen::arbitrary<bool>()) {
      carry_out(publisher.handle(now, Connected{connection}));
      carry_out(publisher.handle(now, Received{connection, std::string(kGreeting)}));
    }
    const auto length = *rc::gen::inRange(0, 60);
    for (int i = 0; i < length; ++i) {
      now += milliseconds{*rc::gen::inRange(0, 6000)};
      const std::string texts[] = {std::string(kGreeting), std::string(kStatus), std::string(kDone),
                                   std::string(kFine),     std::string(kSyntax), std::string(kProtocols),
                                   std::string(kBfd),      "garbage\n",          "0006 Shutting down\n"};
      switch (*rc::gen::inRange(0, 9)) {
        case 0:
          carry_out(publisher.handle(now, Connected{connection}));
          break;
        case 1:
          carry_out(
              publisher.handle(now, ConnectFailed{connection, Error{"no"}, *rc::gen::arbitrary<bool>()}));
          break;
        case 2:
          carry_out(publisher.handle(now, Closed{connection}));
          break;
        case 3:
          carry_out(publisher.handle(now, FileDone{}));
          break;
        case 4:
          carry_out(publisher.publish(now, costs(*rc::gen::inRange(1U, 1000U))));
          break;
        case 5:
          carry_out(publisher.query(now, 1, "show status"));
          break;
        case 6:
          carry_out(publisher.handle(now, TimePassed{}));
          break;
        case 7:
          carry_out(publisher.read_routes(now, 1));
          break;
        default:
          in_flight = 0;
          carry_out(publisher.handle(now, Received{connection, texts[*rc::gen::inRange(0, 9)]}));
      }
    }
  }));
}

void poll_bfd(Stage& stage, std::string_view state, const std::vector<std::string>& then) {
  std::string bfd(kBfd);
  bfd.replace(bfd.find("Up  "), 4, state);
  stage.step(seconds{1}, "poll", TimePassed{}, {"send 1: show protocols \"site_*\""});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(bfd), then);
}

// As after its interface was made anew.
TEST(Conversation, ASessionWhoseBfdDoesNotComeBackIsRestartedOnceInTenMinutes) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  const std::vector<std::string> missing{"sessions: 2+BFD 3+"};
  for (int i = 0; i < 10; ++i) poll_bfd(stage, i % 2 == 0 ? "Init" : "Down", missing);
  poll_bfd(stage, "Init", {"sessions: 2+BFD 3+", "send 1: restart site_2"});
  stage.step(k0, "restarted", stage.says("0012-site_2: restarted\n0000 \n"), {"restarted 2"});
  for (int i = 0; i < 300; ++i) poll_bfd(stage, "Init", missing);
  poll_bfd(stage, "Up  ", {"sessions: 2+bfd 3+"});
  for (int i = 0; i < 298; ++i) poll_bfd(stage, "Init", missing);
  stage.step(seconds{1}, "ten minutes later", TimePassed{}, {"send 1: restart site_2"});
  stage.step(k0, "refused", stage.says("8006 No protocols match\n"),
             {"restarted 2: No protocols match", "send 1: show protocols \"site_*\""});
}

TEST(Conversation, ARestartThatDoesNotHelpIsTriedLessAndLess) {
  Sessions sessions({{2, *parse_address("172.31.0.2"), "gre-b", true}});
  MonotonicTime now{};
  std::vector<int> at_s;
  for (int i = 0; i < 5000; ++i) {
    const std::vector<BfdSession> bfd{{*parse_address("172.31.0.2"), "gre-b", i == 0}};
    sessions.read(now += seconds{1}, {{"site_2", "BGP", "up", "Established"}}, bfd);
    if (!sessions.without_bfd(now)) continue;
    sessions.restarted(2, now);
    at_s.push_back(i);
  }
  EXPECT_EQ(at_s, (std::vector{11, 1211, 3611}));
}

// Nobody may let it in, and everything else works.
TEST(Conversation, ASessionWhoseBfdNeverWasUpIsLeftAlone) {
  Sessions sessions({{2, *parse_address("172.31.0.2"), "gre-b", true}});
  MonotonicTime now{};
  for (int i = 0; i < 100; ++i) {
    sessions.read(now += seconds{1}, {{"site_2", "BGP", "up", "Established"}}, std::vector<BfdSession>{});
    EXPECT_EQ(sessions.without_bfd(now), std::nullopt);
  }
}

}  // namespace
}  // namespace trimtab::bird::test
