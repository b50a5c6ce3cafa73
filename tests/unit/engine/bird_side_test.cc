// What passes between the engine and a BIRD that does what it is told: favours, refusals, other mesh files.
#include "engine/bird_side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "support/mesh_text.h"
#include "unit/bird/conversation_steps.h"

namespace trimtab::engine {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;

constexpr std::string_view kNoRoutes = "0000 \n";

std::string route(std::string_view neighbour, std::string_view last_asn) {
  return "1007-Table master4:\n 10.10.4.0/24         unicast [" + std::string(neighbour) +
         " 07:46:36.068] * (100) [AS" + std::string(last_asn) + "i]\n \tvia 172.31.0.2 on gre-b\n0000 \n";
}

// Through b at 20 ms, although c offers it for 14.
std::string a_dearer_choice() {
  return "1007-Table master4:\n 10.10.4.0/24         unicast [site_2 07:46:36.068] * (100) [AS200i]\n"
         " \tvia 172.31.0.2 on gre-b\n"
         "                      unicast [site_3 07:46:36.068] (100) [AS140i]\n"
         " \tvia 172.31.0.6 on gre-c\n0000 \n";
}

// Site a of the lab's mesh, connected to its BIRD.
class Conversation {
 public:
  Conversation() { carry_out(side.start(now)); }

  void run_for(Duration time) {
    const MonotonicTime end = now + time;
    while (true) {
      const MonotonicTime next = std::max(now, side.next_deadline().value_or(end));
      if (next > end) break;
      now = next;
      carry_out(side.advance(now));
    }
    now = end;
  }

  void publish(Ratio margin) { carry_out(side.publish(now, {{2, 110, margin, margin}, {3, 170}}, false)); }

  void close() { carry_out(side.handle(now, bird::Closed{connection_})); }

  mesh::Mesh mesh = test::parsed(test::four_sites());
  BirdSide side{mesh, 1, "/run/candidate.conf", ""};
  MonotonicTime now{1h};
  std::string routes{kNoRoutes}, foreign{kNoRoutes}, checked{bird::test::kFine};  // as BIRD answers
  std::string metrics_file;
  std::vector<std::string> remarks;
  int readings = 0, sessions_read = 0, sessions_unknown = 0;

 private:
  void carry_out(const BirdReports& reports) {
    std::deque<bird::Event> events;
    for (const BirdReport& report : reports) {
      if (const auto* wish = std::get_if<DoForBird>(&report)) happen(wish->action, events);
      if (const auto* remark = std::get_if<Remark>(&report)) remarks.push_back(remark->text);
      if (std::holds_alternative<bird::SessionsRead>(report)) ++sessions_read;
      if (std::holds_alternative<SessionsUnknown>(report)) ++sessions_unknown;
    }
    for (const bird::Event& event : events) carry_out(side.handle(now, event));
  }

  void happen(const bird::Action& action, std::deque<bird::Event>& events) {
    if (const auto* connect = std::get_if<bird::Connect>(&action)) {
      connection_ = connect->connection;
      events.emplace_back(bird::Connected{connection_});
      events.emplace_back(bird::Received{connection_, std::string(bird::test::kGreeting)});
    } else if (const auto* send = std::get_if<bird::Send>(&action)) {
      events.emplace_back(bird::Received{connection_, answer_to(send->bytes)});
    } else if (const auto* replace = std::get_if<bird::ReplaceMetrics>(&action)) {
      metrics_file = replace->metrics;
      events.emplace_back(bird::FileDone{});
    } else if (std::holds_alternative<bird::WriteCandidate>(action)) {
      events.emplace_back(bird::FileDone{});
    }
  }

  std::string answer_to(std::string_view command) {
    if (command.starts_with("show status")) return std::string(bird::test::kStatus);
    if (command.starts_with("configure check")) return checked;
    if (command.starts_with("configure")) return std::string(bird::test::kDone);
    if (command.starts_with("show protocols")) return std::string(bird::test::kProtocols);
    if (command.starts_with("show bfd")) return std::string(bird::test::kBfd);
    if (!command.starts_with(bird::read_routes_command(mesh.community))) return foreign;
    ++readings;
    return routes;
  }

  bird::ConnectionId connection_ = 0;
};

std::vector<bird::Favour> favours_in(const std::string& metrics_file) {
  const auto metrics = bird::parse_metrics(metrics_file);
  return metrics ? metrics->favours : std::vector<bird::Favour>{};
}

TEST(BirdSide, PublishesAFavourOnceTwoReadingsAgree) {
  Conversation bird;
  bird.publish(Ratio{0.1});
  bird.run_for(5s);
  EXPECT_GE(bird.readings, 4) << "once a second";
  EXPECT_THAT(bird.metrics_file, testing::HasSubstr("define COST_2 = 110;"));
  EXPECT_TRUE(favours_in(bird.metrics_file).empty());
  bird.routes = route("site_2", "200");
  bird.run_for(5s);
  EXPECT_THAT(favours_in(bird.metrics_file),
              ElementsAre(bird::Favour{2, 100, {*parse_prefix("10.10.4.0/24")}}));
}

// The cheapest way stays the one that is not chosen, as BIRD keeps saying here.
TEST(BirdSide, AFavourThatHasCostTooMuchIsTakenBackAndRemarkedOn) {
  Conversation bird;
  bird.publish(Ratio{0.1});
  bird.routes = a_dearer_choice();
  bird.run_for(14min);  // 180 s / (30 % − 10 %) are a quarter of an hour
  EXPECT_EQ(favours_in(bird.metrics_file).size(), 1U);
  EXPECT_TRUE(bird.side.favour_ends_in(*parse_prefix("10.10.4.0/24")));
  bird.remarks.clear();
  bird.run_for(2min);
  EXPECT_TRUE(favours_in(bird.metrics_file).empty());
  EXPECT_FALSE(bird.side.favour_ends_in(*parse_prefix("10.10.4.0/24")));
  bird.run_for(1h);
  EXPECT_THAT(
      bird.remarks,
      ElementsAre("10.10.4.0/24 is kept on b no longer: another way has been cheaper for long, now by 30 %"));
}

TEST(BirdSide, ReadsNoRoutesWhereNothingIsFavoured) {
  Conversation bird;
  bird.mesh.tuning.estimator = mesh::Estimator::ewma;
  bird.side.mesh_changed(bird.now);
  const int before = bird.readings;
  bird.run_for(1min);
  EXPECT_EQ(bird.readings, before);
  EXPECT_GE(bird.sessions_read, 50);
}

TEST(BirdSide, RemarksOnARefusalAndOnItsEnd) {
  Conversation bird;
  bird.checked = bird::test::kSyntax;
  bird.publish({});
  bird.run_for(10s);
  EXPECT_THAT(bird.remarks, Contains(testing::HasSubstr("syntax error")));
  bird.checked = bird::test::kFine;
  bird.run_for(1min);
  EXPECT_EQ(bird.remarks.back(), "the metrics file is published again");
}

TEST(BirdSide, RemarksOnOtherMeshFilesOnce) {
  Conversation bird;
  bird.foreign = route("site_2", "65004");
  bird.run_for(1min);
  EXPECT_THAT(bird.side.other_mesh_files(), ElementsAre("d"));
  EXPECT_EQ(bird.remarks.back(), "another mesh file than here: d");
  const std::size_t remarks = bird.remarks.size();
  bird.run_for(1min);
  EXPECT_EQ(bird.remarks.size(), remarks);
  bird.foreign = kNoRoutes;
  bird.run_for(1min);
  EXPECT_EQ(bird.remarks.back(), "every site has this mesh file");
}

TEST(BirdSide, WhoeverIsNotConnectedKnowsNoSessions) {
  Conversation bird;
  bird.run_for(5s);
  EXPECT_GE(bird.sessions_read, 4);
  EXPECT_EQ(bird.sessions_unknown, 0);
  bird.close();
  EXPECT_EQ(bird.sessions_unknown, 1);
  EXPECT_THAT(bird.remarks.back(), testing::StartsWith("BIRD 2.0.12 is connecting"));
}

}  // namespace
}  // namespace trimtab::engine
