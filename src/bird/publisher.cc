#include "bird/publisher.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "bird/configuration.h"
#include "util/check.h"

namespace trimtab::bird {
namespace {

// Ours alone: whatever else somebody put into this BIRD is not parsed every second.
constexpr std::string_view kShowProtocols = "show protocols \"site_*\"";
constexpr std::string_view kShowBfd = "show bfd sessions";

// A session is back about five seconds after a restart.
constexpr Duration kBetweenRestarts = std::chrono::seconds{30};

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

template <typename From, typename To>
void append(std::vector<From> from, std::vector<To>& to) {
  for (From& one : from) std::visit([&](auto& each) { to.push_back(std::move(each)); }, one);
}

bool is_same(const BirdState& one, const BirdState& other) {
  const auto text = [](const BirdState& state) {
    return state.last_error ? state.last_error->text() : std::string{};
  };
  return one.link == other.link && one.version == other.version &&
         one.publish_pending == other.publish_pending && text(one) == text(other) &&
         one.restarts == other.restarts;
}

}  // namespace

Publisher::Publisher(std::vector<Neighbour> neighbours, std::string_view candidate, std::string in_file)
    : publishing_(candidate, std::move(in_file)), sessions_(std::move(neighbours)) {}

std::vector<Action> Publisher::start(MonotonicTime now) {
  conversation_.start(now);
  return handle(now, TimePassed{});
}

std::vector<Action> Publisher::handle(MonotonicTime now, const Event& event) {
  for (const auto& outcome : feed(now, event)) take(now, outcome);
  return proceed(now);
}

std::vector<Action> Publisher::publish(MonotonicTime now, const Metrics& metrics) {
  publishing_.want(metrics);
  return proceed(now);
}

std::vector<Action> Publisher::query(MonotonicTime now, std::uint64_t token, std::string_view command) {
  const bool one_line = command.find_first_of("\r\n") == std::string_view::npos;
  if (conversation_.link() != BirdLink::connected) {
    actions_.push_back(QueryAnswered{token, Error{"BIRD cannot be asked", "see `trimtab status`"}});
  } else if (command.size() > Conversation::kMaxCommand || !one_line || !command.starts_with("show ")) {
    actions_.push_back(QueryAnswered{token, Error{"not a question for BIRD"}});
  } else if (queries_.size() >= kMaxQueries) {
    actions_.push_back(QueryAnswered{token, Error{"too many questions for BIRD at once", "ask again"}});
  } else {
    queries_.push_back({token, std::string(command)});
  }
  return proceed(now);
}

std::vector<Action> Publisher::read_routes(MonotonicTime now, std::uint32_t community) {
  if (conversation_.link() != BirdLink::connected) {
    actions_.push_back(RoutesRead{Error{"BIRD cannot be asked", "see `trimtab status`"}});
  } else if (!routes_command_) {
    routes_command_ = read_routes_command(community);
  }
  return proceed(now);
}

std::vector<Conversation::Outcome> Publisher::feed(MonotonicTime now, const Event& event) {
  using Outcomes = std::vector<Conversation::Outcome>;
  return std::visit(Overloaded{
                        [&](const Connected& it) { return conversation_.connected(now, it.connection); },
                        [&](const ConnectFailed& it) { return conversation_.connect_failed(now, it); },
                        [&](const Received& it) { return conversation_.received(now, it); },
                        [&](const Closed& it) { return conversation_.closed(now, it.connection); },
                        [&](const FileDone& it) {
                          publishing_.file_done(now, it, conversation_.link());
                          return Outcomes{};
                        },
                        [&](const MetricsFound& it) {
                          publishing_.found(now, it);
                          return Outcomes{};
                        },
                        [&](TimePassed) { return conversation_.time_passed(now); },
                    },
                    event);
}

void Publisher::take(MonotonicTime now, const Conversation::Outcome& outcome) {
  std::visit(Overloaded{
                 [&](Conversation::Ready) {
                   status_wanted_ = true;
                   next_poll_ = now;
                 },
                 [&](const Conversation::Answering& it) { routes_reading_.take(it.part); },
                 [&](const Conversation::Answered& it) { answered(now, it.reply); },
                 [&](const Conversation::Lost& it) { lost(it.silent); },
             },
             outcome);
}

void Publisher::lost(bool silent) {
  if (!silent) sessions_.bird_restarted();  // its socket is gone, and most likely itself
  publishing_.lost(silent);
  bfd_wanted_ = false;
  asked_ = Asked::nothing;
  while (!queries_.empty()) answer_query(Error{"BIRD went away before it answered", "ask again"});
  if (routes_command_) finish_reading(Error{"BIRD went away before it answered"});
}

void Publisher::answer_query(Result<Reply> reply) {
  actions_.push_back(QueryAnswered{queries_.front().token, std::move(reply)});
  queries_.pop_front();
}

void Publisher::finish_reading(Result<std::vector<PrefixRoutes>> prefixes) {
  actions_.push_back(RoutesRead{std::move(prefixes)});
  routes_command_.reset();
  routes_reading_ = {};
}

void Publisher::answered(MonotonicTime now, const Reply& reply) {
  switch (std::exchange(asked_, Asked::nothing)) {
    case Asked::status:
      return read_status(reply);
    case Asked::publishing:
      // BIRD before 2.14 may sleep for up to 3 s between applying new costs and telling its neighbours; any
      // command wakes it.
      if (publishing_.reconfigures()) next_poll_ = now;
      return publishing_.answered(now, reply);
    case Asked::protocols:
      return read_protocols(now, reply);
    case Asked::bfd:
      return read_bfd(now, reply);
    case Asked::restart:
      return report_restart(reply);
    case Asked::query:
      return answer_query(reply);
    case Asked::routes:
      return finish_reading(std::move(routes_reading_).finish(reply));
    case Asked::nothing:
      break;
  }
  TRIMTAB_CHECK(false);
}

void Publisher::read_status(const Reply& reply) {
  const auto status = parse_status(reply);
  if (!status) return;  // the greeting has told the version; a restart shows by its closed socket, too
  if (is_restart(last_reboot_, status->last_reboot)) {
    ++restarts_;
    sessions_.bird_restarted();
  }
  last_reboot_ = status->last_reboot;
}

// A reply that makes no sense leaves the engine with what it knew: unmeasured is not lost.
void Publisher::read_protocols(MonotonicTime now, const Reply& reply) {
  auto protocols = parse_protocols(reply);
  if (!protocols) return;
  protocols_ = *std::move(protocols);
  bfd_wanted_ = sessions_.any_bfd();
  if (!bfd_wanted_) report_sessions(now, std::nullopt);
}

void Publisher::read_bfd(MonotonicTime now, const Reply& reply) {
  auto bfd = parse_bfd_sessions(reply);
  bfd_wanted_ = false;
  report_sessions(now, bfd ? std::optional(*std::move(bfd)) : std::nullopt);
}

void Publisher::report_sessions(MonotonicTime now, const std::optional<std::vector<BfdSession>>& bfd) {
  actions_.push_back(SessionsRead{sessions_.read(now, protocols_, bfd)});
}

void Publisher::report_restart(const Reply& reply) {
  SessionRestarted restarted{.neighbour = restarting_, .refused = {}};
  if (reply.failed()) restarted.refused = Error{.what = reply.message()};
  actions_.push_back(std::move(restarted));
}

bool Publisher::ask_for_a_restart(MonotonicTime now) {
  const auto neighbour = now >= next_restart_ ? sessions_.without_bfd(now) : std::nullopt;
  if (!neighbour) return false;
  restarting_ = *neighbour;
  next_restart_ = now + kBetweenRestarts;
  sessions_.restarted(restarting_, now);
  ask(now, Asked::restart, fmt::format("restart {}", protocol_name(restarting_)));
  return true;
}

void Publisher::ask(MonotonicTime now, Asked what, std::string_view command) {
  asked_ = what;
  conversation_.ask(now, command);
}

// Publishing before looking: a changed route waits for it. A poll is a few lines, so nobody waits long.
void Publisher::ask_next(MonotonicTime now) {
  if (!conversation_.idle()) return;
  if (std::exchange(status_wanted_, false)) return ask(now, Asked::status, "show status");
  if (const auto command = publishing_.command(now)) return ask(now, Asked::publishing, *command);
  if (bfd_wanted_) return ask(now, Asked::bfd, kShowBfd);
  if (ask_for_a_restart(now)) return;
  if (now >= next_poll_) {
    next_poll_ = now + kPollInterval;
    return ask(now, Asked::protocols, kShowProtocols);
  }
  if (!queries_.empty()) return ask(now, Asked::query, queries_.front().command);
  if (routes_command_) {
    asked_ = Asked::routes;
    conversation_.ask_in_parts(now, *routes_command_);
  }
}

std::vector<Action> Publisher::proceed(MonotonicTime now) {
  publishing_.proceed(now, conversation_.link());
  ask_next(now);
  append(publishing_.take_actions(), actions_);
  append(conversation_.take_actions(), actions_);
  BirdState state = current_state();
  if (!is_same(state, state_)) actions_.push_back(StateChanged{});
  state_ = std::move(state);
  return std::exchange(actions_, {});
}

BirdState Publisher::current_state() const {
  return {.link = conversation_.link(),
          .version = conversation_.version(),
          .publish_pending = publishing_.pending(),
          .last_error = conversation_.error() ? conversation_.error() : publishing_.error(),
          .restarts = restarts_};
}

std::optional<MonotonicTime> Publisher::next_deadline() const {
  std::optional<MonotonicTime> earliest = conversation_.next_deadline();
  const auto consider = [&](std::optional<MonotonicTime> at) {
    if (at && (!earliest || *at < *earliest)) earliest = at;
  };
  consider(publishing_.next_deadline(conversation_.link()));
  if (conversation_.idle()) consider(next_poll_);
  return earliest;
}

}  // namespace trimtab::bird
