#include "daemon/clients.h"

#include "control/request.h"

namespace trimtab::daemon {

void Clients::accept(MonotonicTime now) {
  while (auto stream = listener_.accept()) {
    if (connections_.size() >= kMost) continue;  // let go at once
    const engine::Client client = next_++;
    const auto& connection =
        connections_.emplace(client, Connection{std::move(*stream), "", now}).first->second;
    watch(client, connection);
  }
}

void Clients::watch(engine::Client client, const Connection& connection) {
  const os::Interest interest{.readable = true, .writable = connection.stream.wants_write()};
  if (!loop_.watch(connection.stream.descriptor(), client, interest)) drop(client);
}

std::vector<engine::Asked> Clients::read(engine::Client client, MonotonicTime now) {
  std::vector<engine::Asked> requests;
  const auto found = connections_.find(client);
  if (found == connections_.end()) return requests;
  Connection& connection = found->second;
  const os::UnixStream::Received received = connection.stream.read();
  connection.unread += received.bytes;
  connection.last_heard = now;
  std::size_t begin = 0;
  for (std::size_t end; (end = connection.unread.find('\n', begin)) != std::string::npos; begin = end + 1) {
    requests.push_back({client, connection.unread.substr(begin, end - begin)});
  }
  connection.unread.erase(0, begin);
  if (received.closed || connection.unread.size() > control::kLongestRequest) drop(client);
  return requests;
}

void Clients::answer(engine::Client client, const std::string& line) {
  const auto found = connections_.find(client);
  if (found == connections_.end()) return;  // gone meanwhile
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
    const MonotonicTime deadline = connection.last_heard + kIdle;
    if (!earliest || deadline < *earliest) earliest = deadline;
  }
  return earliest;
}

}  // namespace trimtab::daemon
