#include "daemon/clients.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "control/request.h"

namespace trimtab::daemon {

Clients::Clients(os::Loop& loop, os::UnixListener listener)
    : loop_(loop),
      listener_(std::move(listener)),
      most_(std::clamp(os::descriptor_limit(), kDescriptorsKept + 1, kDescriptorsKept + kMost) -
            kDescriptorsKept) {}

Result<void> Clients::listen(os::Token token) {
  listening_ = token;
  return loop_.watch(listener_.descriptor(), token);
}

std::optional<std::string> Clients::stay_reachable() {
  if (listener_.in_place() && loop_.watches(listener_.descriptor())) {
    hindered_.clear();
    return std::nullopt;
  }
  loop_.forget(listener_.descriptor());
  const auto renewed = listener_.renew();
  const auto watched = listen(listening_);  // the old one where there is no new one
  const std::string hindered = !renewed ? renewed.error().text() : !watched ? watched.error().text() : "";
  if (!hindered.empty() && hindered == hindered_) return std::nullopt;
  hindered_ = hindered;
  return "somebody removed the socket that commands ask at, or its lock: " +
         (hindered.empty() ? "it is there again" : hindered);
}

void Clients::accept(MonotonicTime now) {
  for (std::size_t count = 0; count < kAtOnce; ++count) {
    auto stream = listener_.accept();
    if (!stream) return;
    if (!listener_.admits(*stream)) {
      refuse(*stream);
      continue;
    }
    if (!make_room()) continue;  // let go at once
    const engine::Client client = next_++;
    const auto& connection =
        connections_
            .emplace(client,
                     Connection{.stream = std::move(*stream), .unread = "", .last_heard = now, .began = {}})
            .first->second;
    watch(client, connection);
  }
}

void Clients::refuse(const os::UnixStream& stream) {
  const auto peer = stream.peer();
  refused_last_ = peer ? fmt::format("uid {}, process {}", peer->uid, peer->process) : "nobody knows whom";
  ++refused_;
}

std::optional<std::string> Clients::complaint(MonotonicTime now) {
  if (refused_ == 0 || (complained_ && now - *complained_ < kComplaintPace)) return std::nullopt;
  complained_ = now;
  const std::size_t others = std::exchange(refused_, 0) - 1;
  return fmt::format("refused to talk to {}{}; who is to be answered belongs to the socket's group",
                     refused_last_, others > 0 ? fmt::format(" and {} before it", others) : "");
}

bool Clients::make_room() {
  if (connections_.size() < most_) return true;
  const auto rank = [](const auto& entry) {
    return std::pair{entry.second.asked || entry.second.may_ask(), entry.second.last_heard};
  };
  const auto longest =
      std::min_element(connections_.begin(), connections_.end(),
                       [&](const auto& one, const auto& other) { return rank(one) < rank(other); });
  if (rank(*longest).first) return false;  // all of them wait for us
  drop(longest->first);
  return true;
}

void Clients::watch(engine::Client client, const Connection& connection) {
  if (connection.is_done()) return drop(client);
  const os::Interest interest{.readable = !connection.closed, .writable = connection.stream.wants_write()};
  if (!loop_.watch(connection.stream.descriptor(), client, interest)) drop(client);
}

void Clients::read(engine::Client client, MonotonicTime now) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  if (connection.closed) return drop(client);  // now it does not listen any more either
  const os::UnixStream::Received received = connection.stream.read();
  connection.unread += received.bytes;
  connection.last_heard = now;
  connection.closed = received.closed;
  if (connection.unread.size() > control::kLongestRequest) return drop(client);
  const bool part = !connection.unread.empty() && connection.unread.find('\n') == std::string::npos;
  connection.began = part ? connection.began.value_or(now) : std::optional<MonotonicTime>();
  watch(client, connection);
}

std::optional<engine::Asked> Clients::next_request() {
  auto next = connections_.upper_bound(served_);
  for (std::size_t looked = 0; looked < connections_.size(); ++looked, ++next) {
    if (next == connections_.end()) next = connections_.begin();
    auto& [client, connection] = *next;
    if (!connection.may_ask()) continue;
    const std::size_t end = connection.unread.find('\n');
    engine::Asked asked{client, connection.unread.substr(0, end)};
    connection.unread.erase(0, end + 1);
    connection.asked = true;
    served_ = client;
    return asked;
  }
  return std::nullopt;
}

void Clients::answer(engine::Client client, const std::string& line) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;  // gone meanwhile
  found->second.asked = false;
  if (found->second.stream.write(line + "\n")) {
    watch(client, found->second);
  } else {
    drop(client);
  }
}

void Clients::flush(engine::Client client) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;
  if (found->second.stream.flush()) {
    watch(client, found->second);
  } else {
    drop(client);
  }
}

void Clients::drop(engine::Client client) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;
  loop_.forget(found->second.stream.descriptor());
  connections_.erase(found);
}

void Clients::drop_idle(MonotonicTime now) {
  for (auto next = connections_.begin(); next != connections_.end();) {
    const auto current = next++;
    if (now >= deadline_of(current->second)) drop(current->first);
  }
}

MonotonicTime Clients::deadline_of(const Connection& connection) const {
  const MonotonicTime idle = connection.last_heard + kIdle;
  return connection.began ? std::min(idle, *connection.began + kSlowest) : idle;
}

std::optional<MonotonicTime> Clients::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const auto& [client, connection] : connections_) {
    const MonotonicTime deadline = connection.may_ask() ? connection.last_heard : deadline_of(connection);
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

}  // namespace trimtab::daemon
