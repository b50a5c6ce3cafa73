// Tables of steps for the publisher: after how long, what happens, which actions follow. Actions are compared
// as text, so that a table reads like a conversation; a failing step prints all steps before it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "bird/publisher.h"

namespace trimtab::bird::test {

// "connect 1", "close 1", "send 1: configure", "candidate: COST_2=213", "replace: COST_2=213", "sessions:
// 2+bfd 3-", "restarted 2", "published: …", "published unread: …", "refused: …", "answer 7: …", "routes:
// 10.10.4.0/24 by 2", "routes: …" (an error), "state: connected pending (error)". A session is the neighbour
// with + (Established), - or ~ (starting); then bfd (up), BFD (lost) or nothing. "tampered: …". That the file
// is to be inspected is left out: it is every second.
std::string show(const Action& action, const Publisher& publisher);

class Stage {
 public:
  // Neighbours 2 (BFD on) and 3 (BFD off); the file holds what format_metrics makes of `in_file`.
  explicit Stage(const Metrics& in_file);

  // One step: `after` the one before, `what` happens, exactly these actions follow.
  void step(Duration after, std::string_view what, const Event& event,
            const std::vector<std::string>& expected);
  void publish(Duration after, std::uint32_t cost_2, const std::vector<std::string>& expected);
  void query(Duration after, std::uint64_t token, std::string_view command,
             const std::vector<std::string>& expected);

  void read_routes(Duration after, const std::vector<std::string>& expected);

  // From Connect to both sessions Established, the file read and `2+bfd 3+` reported: 1 s in all.
  void connect_and_settle();

  // Events of the connection that was asked for last.
  Event connected() const { return Connected{connection_}; }
  Event refused_connection() const { return ConnectFailed{connection_, Error{"cannot connect"}}; }
  Event busy_connection() const { return ConnectFailed{connection_, Error{"queue full"}, true}; }
  Event found(const Metrics& metrics) const { return MetricsFound{format_metrics(metrics), ""}; }
  // BIRD says which mark it runs with: that of a file with these metrics.
  Event runs_with(const Metrics& metrics) const {
    return says("0023 " + std::to_string(*mark_of(format_metrics(metrics))) + "\n");
  }
  Event closed() const { return Closed{connection_}; }
  Event says(std::string_view text) const { return Received{connection_, std::string(text)}; }
  ConnectionId connection() const { return connection_; }

  Publisher& publisher() { return publisher_; }
  MonotonicTime now() const { return now_; }

 private:
  void check(Duration after, std::string_view what, const std::vector<Action>& actions,
             const std::vector<std::string>& expected);

  Publisher publisher_;
  Metrics in_file_;
  MonotonicTime now_{};
  ConnectionId connection_ = 0;
  std::string told_;  // the steps so far
};

Metrics costs(std::uint32_t cost_2);

inline constexpr std::string_view kGreeting = "0001 BIRD 2.0.12 ready.\n";
inline constexpr std::string_view kStatus =
    "1000-BIRD 2.0.12\n1011-Router ID is 10.255.0.1\n Current server time is 2026-11-23 23:01:29.123\n"
    " Last reboot on 2026-11-23 23:01:27.123\n0013 Daemon is up and running\n";
inline constexpr std::string_view kDone =
    "0002-Reading configuration from /etc/trimtab/bird.conf\n0003 Reconfigured\n";
inline constexpr std::string_view kFine =
    "0002-Reading configuration from /run/trimtab/c.conf\n0020 Configuration OK\n";
inline constexpr std::string_view kSyntax =
    "0002-Reading configuration from /run/trimtab/c.conf\n8002 /run/trimtab/c.conf:7:1 syntax error\n";
inline constexpr std::string_view kProtocols =
    "2002-Name       Proto      Table      State  Since         Info\n"
    "1002-site_2     BGP        ---        up     23:01:27.123  Established   \n"
    " site_3     BGP        ---        up     23:01:27.123  Established   \n0000 \n";
inline constexpr std::string_view kBfd =
    "1020-mesh_bfd:\n IP address                Interface  State      Since         Interval  Timeout\n"
    " 172.31.0.2                gre-b      Up         23:01:27.123    0.100    0.500\n0000 \n";

}  // namespace trimtab::bird::test
