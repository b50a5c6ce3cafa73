#include "unit/bird/conversation_steps.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace trimtab::bird::test {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kCandidate = "/run/trimtab/c.conf";

// The file's lines in short: "COST_2=213", with "neutral" where it is.
std::string show_metrics(std::string_view text) {
  const auto metrics = parse_metrics(text);
  if (!metrics) return "garbage";
  std::string shown = metrics->neutral ? "neutral" : "";
  for (const auto& [site, cost] : metrics->values) {
    shown += fmt::format("{}COST_{}={}", shown.empty() ? "" : " ", site, cost);
  }
  return shown;
}

std::string show_sessions(const SessionsRead& read) {
  std::string shown = "sessions:";
  for (const SessionReport& session : read.sessions) {
    shown += fmt::format(" {}{}", session.neighbour,
                         session.established ? "+"
                         : session.starting  ? "~"
                                             : "-");
    if (session.bfd_up) shown += *session.bfd_up ? "bfd" : "BFD";
  }
  return shown;
}

std::string show_state(const BirdState& state) {
  static constexpr std::string_view kNames[] = {"connecting", "connected", "absent", "silent", "unsupported"};
  std::string shown = fmt::format("state: {}", kNames[static_cast<int>(state.link)]);
  if (state.publish_pending) shown += " pending";
  if (state.last_error) shown += " (" + state.last_error->what + ")";
  if (state.restarts > 0) shown += fmt::format(" restarts {}", state.restarts);
  return shown;
}

struct Shower {
  const Publisher& publisher;

  std::string operator()(const Connect& it) const { return fmt::format("connect {}", it.connection); }
  std::string operator()(const Disconnect& it) const { return fmt::format("close {}", it.connection); }
  std::string operator()(const Send& it) const {
    EXPECT_TRUE(it.bytes.ends_with('\n'));
    return fmt::format("send {}: {}", it.connection, it.bytes.substr(0, it.bytes.size() - 1));
  }
  std::string operator()(const WriteCandidate& it) const { return "candidate: " + show_metrics(it.metrics); }
  std::string operator()(const ReplaceMetrics& it) const { return "replace: " + show_metrics(it.metrics); }
  std::string operator()(const SessionsRead& it) const { return show_sessions(it); }
  std::string operator()(const SessionRestarted& it) const {
    return fmt::format("restarted {}{}", it.neighbour, it.refused ? ": " + it.refused->what : "");
  }
  std::string operator()(const MetricsPublished& it) const {
    return fmt::format("published{}: {}", it.unread ? " unread" : "",
                       show_metrics(format_metrics(it.metrics)));
  }
  std::string operator()(const InspectMetrics&) const { return "inspect"; }
  std::string operator()(const MetricsTampered& it) const { return "tampered: " + it.error.what; }
  std::string operator()(const MetricsRefused& it) const { return "refused: " + it.error.text(); }
  std::string operator()(const QueryAnswered& it) const {
    return fmt::format("answer {}: {}", it.token, it.reply ? it.reply->message() : it.reply.error().what);
  }
  std::string operator()(const RoutesRead& it) const {
    if (!it.prefixes) return "routes: " + it.prefixes.error().what;
    std::string shown = "routes:";
    for (const PrefixRoutes& routes : *it.prefixes) {
      shown += fmt::format(" {} by {}", routes.prefix.text(), routes.chosen.value_or(0));
    }
    return shown;
  }
  std::string operator()(StateChanged) const { return show_state(publisher.state()); }
};

}  // namespace

std::string show(const Action& action, const Publisher& publisher) {
  return std::visit(Shower{publisher}, action);
}

Metrics costs(std::uint32_t cost_2) {
  return {.values = {{2, cost_2}}};
}

Stage::Stage(const Metrics& in_file)
    : publisher_({{2, *parse_address("172.31.0.2"), "gre-b", true},
                  {3, *parse_address("172.31.0.6"), "gre-c", false}},
                 kCandidate, format_metrics(in_file)),
      in_file_(in_file) {
  check({}, "start", publisher_.start(now_), {"connect 1"});
}

void Stage::check(Duration, std::string_view what, const std::vector<Action>& actions,
                  const std::vector<std::string>& expected) {
  std::vector<std::string> shown;
  for (const Action& action : actions) {
    if (!std::holds_alternative<InspectMetrics>(action)) shown.push_back(show(action, publisher_));
    if (const auto* connect = std::get_if<Connect>(&action)) connection_ = connect->connection;
  }
  told_ += fmt::format("  {:>6} ms  {}\n",
                       std::chrono::duration_cast<milliseconds>(now_.time_since_epoch()).count(), what);
  for (const std::string& line : shown) told_ += "             -> " + line + "\n";
  EXPECT_THAT(shown, testing::ElementsAreArray(expected)) << "the steps so far:\n" << told_;
}

void Stage::step(Duration after, std::string_view what, const Event& event,
                 const std::vector<std::string>& expected) {
  now_ += after;
  check(after, what, publisher_.handle(now_, event), expected);
}

void Stage::publish(Duration after, std::uint32_t cost_2, const std::vector<std::string>& expected) {
  now_ += after;
  check(after, fmt::format("publish COST_2={}", cost_2), publisher_.publish(now_, costs(cost_2)), expected);
}

void Stage::query(Duration after, std::uint64_t token, std::string_view command,
                  const std::vector<std::string>& expected) {
  now_ += after;
  check(after, fmt::format("query {}: {}", token, command), publisher_.query(now_, token, command), expected);
}

void Stage::read_routes(Duration after, const std::vector<std::string>& expected) {
  now_ += after;
  check(after, "read the routes", publisher_.read_routes(now_, 1), expected);
}

void Stage::connect_and_settle() {
  const auto id = connection_;
  const auto send = [&](std::string_view command) { return fmt::format("send {}: {}", id, command); };
  step({}, "connected", connected(), {});
  step({}, "greeting", says(kGreeting), {send("show status"), "state: connected"});
  step({}, "status", says(kStatus), {send("eval METRICS_COMPLETE")});
  step({}, "it has read the file", runs_with(in_file_), {send("show protocols \"site_*\"")});
  step({}, "protocols", says(kProtocols), {send("show bfd sessions")});
  step({}, "bfd", says(kBfd), {"sessions: 2+bfd 3+"});
  step(milliseconds{1000}, "a second later", TimePassed{}, {send("show protocols \"site_*\"")});
  step({}, "protocols", says(kProtocols), {send("show bfd sessions")});
  step({}, "bfd", says(kBfd), {"sessions: 2+bfd 3+"});
}

}  // namespace trimtab::bird::test
