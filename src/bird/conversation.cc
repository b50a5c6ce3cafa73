#include "bird/conversation.h"

#include <algorithm>

#include "bird/replies.h"
#include "util/check.h"

namespace trimtab::bird {
namespace {

using std::chrono::milliseconds;

// A BIRD that restarts is back within a second; one that is away for the night is asked for every five.
constexpr Duration kFirstBackOff = milliseconds{250};
constexpr Duration kLongestBackOff = milliseconds{5000};

}  // namespace

bool Conversation::is_current(ConnectionId connection) const {
  return phase_ != Phase::apart && connection == connection_;
}

Duration Conversation::back_off() {
  back_off_ = std::clamp(back_off_ * 2, kFirstBackOff, kLongestBackOff);
  return back_off_;
}

void Conversation::disconnect() {
  actions_.push_back(Disconnect{connection_});
}

std::vector<Conversation::Outcome> Conversation::lose(MonotonicTime now, Duration retry_after, bool silent) {
  const bool was_greeted = phase_ == Phase::idle || phase_ == Phase::asked;
  phase_ = Phase::apart;
  silent_at_.reset();
  retry_at_ = now + retry_after;
  if (!was_greeted) return {};
  return {Lost{silent}};
}

std::vector<Conversation::Outcome> Conversation::refuse(MonotonicTime now, Error why) {
  disconnect();
  link_ = BirdLink::unsupported;
  error_ = std::move(why);
  return lose(now, back_off(), false);
}

std::vector<Conversation::Outcome> Conversation::connected(MonotonicTime now, ConnectionId connection) {
  if (!is_current(connection) || phase_ != Phase::connecting) return {};
  phase_ = Phase::greeting;
  silent_at_ = now + kSilence;
  return {};
}

std::vector<Conversation::Outcome> Conversation::connect_failed(MonotonicTime now,
                                                                const ConnectFailed& failure) {
  if (!is_current(failure.connection) || phase_ != Phase::connecting) return {};
  link_ = failure.busy ? BirdLink::silent : BirdLink::absent;
  error_ = failure.error;
  return lose(now, back_off(), false);
}

std::vector<Conversation::Outcome> Conversation::closed(MonotonicTime now, ConnectionId connection) {
  if (!is_current(connection)) return {};
  disconnect();
  if (link_ == BirdLink::connected) link_ = BirdLink::connecting;
  error_ = Error{"BIRD closed the connection"};
  return lose(now, back_off(), false);
}

std::vector<Conversation::Outcome> Conversation::greeted(MonotonicTime now, const Reply& reply) {
  if (reply.code() != kWelcome) return refuse(now, Error{"what answers at the socket is not BIRD"});
  auto version = parse_version(reply.message());
  if (!version) return refuse(now, version.error());
  version_ = *std::move(version);
  if (const auto supported = check_version(version_); !supported) return refuse(now, supported.error());
  phase_ = Phase::idle;
  link_ = BirdLink::connected;
  silent_at_.reset();
  back_off_ = Duration{0};
  error_.reset();
  return {Ready{}};
}

std::vector<Conversation::Outcome> Conversation::received(MonotonicTime now, const Received& received) {
  if (!is_current(received.connection) || phase_ == Phase::connecting) return {};
  const auto replies = reader_.feed(received.bytes);
  if (!replies) return refuse(now, replies.error());
  std::vector<Outcome> outcomes;
  for (const Reply& reply : *replies) {
    std::vector<Outcome> more;
    if (phase_ == Phase::greeting) {
      more = greeted(now, reply);
    } else if (phase_ == Phase::asked && reply.more) {
      more.push_back(Answering{reply});
    } else if (phase_ == Phase::asked) {
      phase_ = Phase::idle;
      silent_at_.reset();
      more.push_back(Answered{reply});
    } else {
      more = refuse(now, Error{"BIRD answered what was not asked"});
    }
    outcomes.insert(outcomes.end(), more.begin(), more.end());
    if (phase_ == Phase::apart) break;
  }
  return outcomes;
}

std::vector<Conversation::Outcome> Conversation::time_passed(MonotonicTime now) {
  std::vector<Outcome> outcomes;
  if (silent_at_ && now >= *silent_at_) outcomes = fall_silent(now);
  if (retry_at_ && now >= *retry_at_) {
    retry_at_.reset();
    phase_ = Phase::connecting;
    reader_ = ReplyReader{};
    actions_.push_back(Connect{++connection_});
  }
  return outcomes;
}

std::vector<Conversation::Outcome> Conversation::fall_silent(MonotonicTime now) {
  link_ = BirdLink::silent;
  error_ = Error{"BIRD does not answer", "see whether it is stopped, or overloaded"};
  silent_at_.reset();
  // A connection that waits for its greeting is as good as any: a stopped BIRD greets it when it goes on.
  if (phase_ == Phase::greeting) return {};
  disconnect();
  return lose(now, Duration{0}, true);
}

void Conversation::ask(MonotonicTime now, std::string_view command) {
  TRIMTAB_CHECK(idle());
  TRIMTAB_CHECK(command.size() <= kMaxCommand && command.find_first_of("\r\n") == std::string_view::npos);
  phase_ = Phase::asked;
  silent_at_ = now + kSilence;
  actions_.push_back(Send{connection_, std::string(command) + '\n'});
}

void Conversation::ask_in_parts(MonotonicTime now, std::string_view command) {
  ask(now, command);
  reader_.give_next_in_parts();
}

std::optional<MonotonicTime> Conversation::next_deadline() const {
  if (retry_at_ && silent_at_) return std::min(*retry_at_, *silent_at_);
  return retry_at_ ? retry_at_ : silent_at_;
}

}  // namespace trimtab::bird
