// The one conversation with the site's own BIRD (specification §8): it keeps the control socket connected,
// asks once a second how the sessions are, publishes metrics, reads the routes when it is told to, and asks
// on behalf of `explain`. Pure: bytes and results of file operations go in, bytes and wishes come out.
//
// Way of use: construct with what the metrics file holds; call start(); feed every result of an action as an
// Event; call handle(now, TimePassed{}) at next_deadline(). Carry out actions in the order in which they are
// returned. `now` never goes back. It is total: events that fit nothing (a late one of an older connection)
// are ignored.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bird/conversation.h"
#include "bird/metrics_file.h"
#include "bird/publishing.h"
#include "bird/replies.h"
#include "bird/routes_reading.h"
#include "bird/sessions.h"
#include "mesh/mesh.h"
#include "util/address.h"
#include "util/result.h"
#include "util/units.h"

namespace trimtab::bird {

// ---- Events: what the daemon reports. Connected, ConnectFailed, Received, Closed: conversation.h; FileDone:
// and MetricsFound: publishing.h.

struct TimePassed {};

using Event = std::variant<Connected, ConnectFailed, Received, Closed, FileDone, MetricsFound, TimePassed>;

// ---- Actions: what the daemon carries out. Connect, Disconnect, Send: conversation.h; WriteCandidate,
// ReplaceMetrics and InspectMetrics: publishing.h.

// ---- Reports: actions that only tell the engine something. MetricsPublished, MetricsRefused and
// MetricsTampered: publishing.h.

// Once a second while connected, one for every neighbour, by id; whether or not something changed.
struct SessionsRead {
  std::vector<SessionReport> sessions;
};
// BIRD was told to restart a session (Sessions::without_bfd).
struct SessionRestarted {
  mesh::SiteId neighbour = 0;
  std::optional<Error> refused;
};
// The reply to a query; an error where there is none.
struct QueryAnswered {
  std::uint64_t token = 0;
  Result<Reply> reply;
};
// By prefix. An error: nothing new is known, and the next reading is as good as ever.
struct RoutesRead {
  Result<std::vector<PrefixRoutes>> prefixes;
};
// state() is another one than before.
struct StateChanged {};

using Action = std::variant<Connect, Disconnect, Send, WriteCandidate, ReplaceMetrics, InspectMetrics,
                            SessionsRead, SessionRestarted, MetricsPublished, MetricsRefused, MetricsTampered,
                            QueryAnswered, RoutesRead, StateChanged>;

struct BirdState {
  BirdLink link = BirdLink::connecting;  // conversation.h
  std::string version;                   // empty: not known yet
  bool publish_pending = false;          // something is wanted that BIRD has not confirmed
  std::optional<Error>
      last_error;              // the last refusal or why it cannot be reached; cleared by the next success
  std::uint64_t restarts = 0;  // of the own BIRD, seen by this conversation
};

class Publisher {
 public:
  // How often the sessions are read. A session that drops and heals is away for at least 3 s (bird.conf's
  // connect delay), so every drop is seen; a local socket costs no metered byte.
  static constexpr Duration kPollInterval = std::chrono::seconds{1};
  static constexpr std::size_t kMaxQueries = 16;

  // `candidate`: absolute path of the candidate main file. `in_file`: what the metrics file holds now.
  Publisher(std::vector<Neighbour> neighbours, std::string_view candidate, std::string in_file);

  std::vector<Action> start(MonotonicTime now);
  std::vector<Action> handle(MonotonicTime now, const Event& event);

  // Wanted from now on. Nothing happens where BIRD has that already; otherwise at most once a second, and
  // what was wanted in between is skipped.
  std::vector<Action> publish(MonotonicTime now, const Metrics& metrics);

  // Any `show` command, one line of at most Conversation::kMaxCommand bytes; QueryAnswered brings `token`
  // back.
  std::vector<Action> query(MonotonicTime now, std::uint64_t token, std::string_view command);

  // Reads which way every prefix goes (routes_reading.h; policy `path`, `community`: Mesh::community). One
  // RoutesRead follows, at once where BIRD cannot be asked; a call before it has come adds none. Everything
  // else that BIRD is to be asked goes first, so a reading never holds back publishing for longer than one
  // takes.
  std::vector<Action> read_routes(MonotonicTime now, std::uint32_t community);

  // A changed mesh file; sessions that stay keep what is known of them.
  void set_neighbours(std::vector<Neighbour> neighbours) { sessions_.set_neighbours(std::move(neighbours)); }

  // When handle(now, TimePassed{}) is wanted next although nothing happens; may have passed already.
  std::optional<MonotonicTime> next_deadline() const;

  const BirdState& state() const { return state_; }

 private:
  // What the command in flight is for.
  enum class Asked : std::uint8_t { nothing, status, publishing, protocols, bfd, restart, query, routes };
  struct Query {
    std::uint64_t token = 0;
    std::string command;
  };

  std::vector<Conversation::Outcome> feed(MonotonicTime now, const Event& event);
  void take(MonotonicTime now, const Conversation::Outcome& outcome);
  void answered(MonotonicTime now, const Reply& reply);
  void lost(bool silent);
  void read_status(const Reply& reply);
  void read_protocols(MonotonicTime now, const Reply& reply);
  void read_bfd(MonotonicTime now, const Reply& reply);
  void report_sessions(MonotonicTime now, const std::optional<std::vector<BfdSession>>& bfd);
  void report_restart(const Reply& reply);
  void answer_query(Result<Reply> reply);
  void finish_reading(Result<std::vector<PrefixRoutes>> prefixes);

  // Does all that can be done now and collects the actions.
  std::vector<Action> proceed(MonotonicTime now);
  void ask_next(MonotonicTime now);
  bool ask_for_a_restart(MonotonicTime now);
  void ask(MonotonicTime now, Asked what, std::string_view command);
  BirdState current_state() const;

  Conversation conversation_;
  Publishing publishing_;
  Sessions sessions_;
  Asked asked_ = Asked::nothing;
  bool status_wanted_ = true;  // not asked yet on this connection
  bool bfd_wanted_ = false;    // protocols_ waits for it
  std::vector<Protocol> protocols_;
  mesh::SiteId restarting_ = 0;   // by the command in flight
  MonotonicTime next_restart_{};  // one at a time: the others' routes may go that way meanwhile
  std::optional<std::chrono::sys_seconds> last_reboot_;
  std::uint64_t restarts_ = 0;
  MonotonicTime next_poll_{};
  std::deque<Query> queries_;
  std::optional<std::string> routes_command_;  // of the reading that is wanted or under way
  RoutesReading routes_reading_;
  BirdState state_;
  std::vector<Action> actions_;
};

}  // namespace trimtab::bird
