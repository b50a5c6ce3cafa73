#include "daemon/clients.h"

#include "control/request.h"

namespace trimtab::daemon {

void Clients::accept(MonotonicTime now) {
  while (auto stream = listener_.accept()) {
    if (connections_.size() >= kMost) continue;  // let go at once
    const engine::Client client = next_++;
    const auto& connection =
        connections_
            .emplace(client, Connection{.stream = std::move(*stream), .unread = "", .last_heard = now})
            .first->second;
    watch(client, connection);
  }
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
    if (now - current->second.last_heard >= kIdle) drop(current->first);
  }
}

std::optional<MonotonicTime> Clients::next_deadline() const {
  std::optional<MonotonicTime> earliest;
  for (const auto& [client, connection] : connections_) {
    const MonotonicTime deadline = connection.last_heard + (connection.may_ask() ? Duration{0} : kIdle);
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

}  // namespace trimtab::daemon
