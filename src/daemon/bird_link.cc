#include "daemon/bird_link.h"

#include <fmt/core.h>

#include <cerrno>

#include "bird/configuration.h"
#include "os/files.h"

namespace trimtab::daemon {
namespace {

// BIRD runs as another user and has to read what we write; there is no secret in it.
constexpr unsigned kMode = 0644;
constexpr std::size_t kLargestConfiguration = 16U << 20U;
constexpr std::size_t kLargestMetrics = 1U << 20U;

bird::FileDone done(const Result<void>& result) {
  return {result ? std::nullopt : std::optional<Error>(result.error())};
}

}  // namespace

std::optional<bird::MetricsFound> BirdPlaces::inspect() const {
  auto found = os::read_own_file(metrics, kLargestMetrics);
  if (found && found->mode == kMode) return bird::MetricsFound{std::move(found->text), {}};
  if (found) return bird::MetricsFound{{}, fmt::format("has mode {:04o}", found->mode)};
  switch (found.error().number.value_or(0)) {
    case ENOENT:
      return bird::MetricsFound{{}, "is gone"};
    case ELOOP:
      return bird::MetricsFound{{}, "is a symbolic link"};
    case EFBIG:
      return bird::MetricsFound{{}, "is larger than anything that we write"};
    case EISDIR:
    case EINVAL:
      return bird::MetricsFound{{}, "is no regular file"};
    case EACCES:
      return bird::MetricsFound{{}, "cannot be read by us"};
    default:
      return std::nullopt;  // no descriptor, no memory, a bad disk: it says nothing about the file
  }
}

void BirdPlaces::remove_leftovers() const {
  for (const std::string& path : {metrics, candidate_metrics(), candidate()}) os::remove_abandoned(path);
}

std::optional<bird::Event> BirdLink::carry_out(const bird::Action& action) {
  if (const auto* wish = std::get_if<bird::Connect>(&action)) return connect(*wish);
  if (const auto* wish = std::get_if<bird::Send>(&action)) return send(*wish);
  if (const auto* wish = std::get_if<bird::Disconnect>(&action)) {
    if (wish->connection == connection_) close();
  }
  if (const auto* wish = std::get_if<bird::WriteCandidate>(&action))
    return done(write_candidate(wish->metrics));
  if (const auto* wish = std::get_if<bird::ReplaceMetrics>(&action)) {
    return done(os::replace_file(places_.metrics, wish->metrics, kMode));
  }
  if (std::holds_alternative<bird::InspectMetrics>(action)) {
    if (auto found = places_.inspect()) return *std::move(found);
  }
  return std::nullopt;
}

std::optional<bird::Event> BirdLink::connect(const bird::Connect& wish) {
  close();
  connection_ = wish.connection;
  auto stream = os::UnixStream::connect(places_.socket);
  if (!stream) return bird::ConnectFailed{wish.connection, stream.error(), stream.error().number == EAGAIN};
  stream_.emplace(std::move(*stream));
  watch();
  return bird::Connected{wish.connection};
}

std::optional<bird::Event> BirdLink::send(const bird::Send& wish) {
  if (!stream_ || wish.connection != connection_) return std::nullopt;
  if (!stream_->write(wish.bytes)) {
    close();
    return bird::Closed{wish.connection};
  }
  watch();
  return std::nullopt;
}

std::vector<bird::Event> BirdLink::ready(const os::Ready& ready) {
  std::vector<bird::Event> events;
  if (!stream_) return events;
  bool closed = false;
  if (ready.readable) {
    os::UnixStream::Received received = stream_->read();
    closed = received.closed;
    if (!received.bytes.empty()) events.push_back(bird::Received{connection_, std::move(received.bytes)});
  }
  if (!closed && ready.writable) closed = !stream_->flush();
  if (closed) {
    close();
    events.push_back(bird::Closed{connection_});
  } else {
    watch();
  }
  return events;
}

Result<void> BirdLink::write_candidate(const std::string& metrics) const {
  const auto main = os::read_file(places_.configuration, kLargestConfiguration);
  if (!main) return main.error();
  const auto candidate = bird::with_metrics(*main, places_.metrics, places_.candidate_metrics());
  if (!candidate) return candidate.error();
  if (auto written = os::replace_file(places_.candidate_metrics(), metrics, kMode); !written) return written;
  return os::replace_file(places_.candidate(), *candidate, kMode);
}

void BirdLink::watch() {
  // A descriptor that cannot be watched would be a connection that never speaks: the publisher's time-out
  // takes care of it.
  (void)loop_.watch(stream_->descriptor(), token_, {.readable = true, .writable = stream_->wants_write()});
}

void BirdLink::close() {
  if (!stream_) return;
  loop_.forget(stream_->descriptor());
  stream_.reset();
}

}  // namespace trimtab::daemon
