// When the routes are read, and what becomes of a reading that comes to nothing.
#include <fmt/format.h>

#include "unit/bird/conversation_steps.h"

namespace trimtab::bird::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr Duration k0{};

const std::string kRead = "send 1: " + read_routes_command(1);
constexpr std::string_view kRoutes =
    "1007-Table master4:\n 10.10.4.0/24         unicast [site_2 07:46:36.068] * (100) [AS200i]\n"
    " \tvia 172.31.0.2 on gre-b\n0000 \n";

TEST(PublisherRoutes, OneReadingAtATime) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.read_routes(k0, {kRead});
  stage.read_routes(k0, {});
  stage.step(k0, "a part", stage.says(kRoutes.substr(0, 100)), {});
  stage.step(k0, "the rest", stage.says(kRoutes.substr(100)), {"routes: 10.10.4.0/24 by 2"});
  stage.read_routes(k0, {kRead});
  stage.step(k0, "no routes at all", stage.says("0000 \n"), {"routes:"});
}

TEST(PublisherRoutes, EverythingElseGoesFirst) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.query(k0, 7, "show status", {"send 1: show status"});
  stage.read_routes(k0, {});
  stage.query(k0, 8, "show status", {});
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {});
  stage.step(k0, "7", stage.says(kStatus),
             {"answer 7: Daemon is up and running", "send 1: configure check \"/run/trimtab/c.conf\""});
  stage.step(k0, "checked", stage.says(kFine), {"replace: COST_2=213", "send 1: show status"});
  stage.step(k0, "replaced", FileDone{}, {});
  stage.step(k0, "8", stage.says(kStatus), {"answer 8: Daemon is up and running", "send 1: configure"});
  stage.step(k0, "configured", stage.says(kDone),
             {"published: COST_2=213", "send 1: show protocols \"site_*\"", "state: connected"});
  stage.step(k0, "protocols", stage.says(kProtocols), {"send 1: show bfd sessions"});
  stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+", kRead});
  stage.step(k0, "routes", stage.says(kRoutes), {"routes: 10.10.4.0/24 by 2"});
}

TEST(PublisherRoutes, PublishingWaitsForAReadingUnderWayAndNoLonger) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.read_routes(k0, {kRead});
  stage.publish(k0, 213, {"candidate: COST_2=213", "state: connected pending"});
  stage.step(k0, "candidate written", FileDone{}, {});
  stage.step(milliseconds{2}, "routes", stage.says(kRoutes),
             {"routes: 10.10.4.0/24 by 2", "send 1: configure check \"/run/trimtab/c.conf\""});
}

TEST(PublisherRoutes, WithoutBirdThereIsNothingToRead) {
  Stage stage(costs(100));
  stage.read_routes(k0, {"routes: BIRD cannot be asked"});
  stage.step(k0, "no BIRD", stage.refused_connection(), {"state: absent (cannot connect)"});
  stage.read_routes(k0, {"routes: BIRD cannot be asked"});
}

TEST(PublisherRoutes, AReadingThatIsNeverAnsweredSaysSoAndTheNextBeginsAnew) {
  for (const bool silent : {false, true}) {
    Stage stage(costs(100));
    stage.connect_and_settle();
    stage.read_routes(k0, {kRead});
    stage.step(k0, "a part", stage.says(kRoutes.substr(0, 100)), {});
    if (silent) {
      stage.step(seconds{5}, "silence", TimePassed{},
                 {"routes: BIRD went away before it answered", "close 1", "connect 2",
                  "state: silent (BIRD does not answer)"});
    } else {
      stage.step(k0, "gone", stage.closed(),
                 {"routes: BIRD went away before it answered", "close 1",
                  "state: connecting (BIRD closed the connection)"});
      stage.step(milliseconds{250}, "again", TimePassed{}, {"connect 2"});
    }
    stage.step(k0, "connected", stage.connected(), {});
    stage.step(k0, "greeting", stage.says(kGreeting), {"send 2: show status", "state: connected"});
    const std::string first = silent ? "send 2: configure" : "send 2: eval METRICS_COMPLETE";
    stage.step(k0, "status", stage.says(kStatus), {first});
    stage.read_routes(k0, {});
    stage.step(k0, "it has the file", silent ? stage.says(kDone) : stage.runs_with(costs(100)),
               {"send 2: show protocols \"site_*\""});
    stage.step(k0, "protocols", stage.says(kProtocols), {"send 2: show bfd sessions"});
    stage.step(k0, "bfd", stage.says(kBfd), {"sessions: 2+bfd 3+", "send 2: " + read_routes_command(1)});
    stage.step(k0, "nothing left of the first part", stage.says("0000 \n"), {"routes:"});
  }
}

TEST(PublisherRoutes, ARefusedReadingIsAnErrorAndNothingElse) {
  Stage stage(costs(100));
  stage.connect_and_settle();
  stage.read_routes(k0, {kRead});
  stage.step(k0, "refused", stage.says("9001 syntax error\n"), {"routes: BIRD: syntax error"});
  stage.read_routes(k0, {kRead});
}

}  // namespace
}  // namespace trimtab::bird::test
