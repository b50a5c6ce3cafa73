// The publisher's wishes carried out: BIRD's control socket and the files that it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bird/publisher.h"
#include "os/loop.h"
#include "os/unix_stream.h"

namespace trimtab::daemon {

struct BirdPlaces {
  std::string socket;
  std::string configuration;  // bird.conf
  std::string metrics;

  // The candidates lie beside the metrics file, in the one directory that we may write to.
  std::string candidate() const { return metrics + ".candidate.bird.conf"; }
  std::string candidate_metrics() const { return metrics + ".candidate"; }

  // What stands at the metrics file's place; absent where that cannot be told.
  std::optional<bird::MetricsFound> inspect() const;
  // What a daemon that was killed while it wrote has left. For whoever is the only one to write here.
  void remove_leftovers() const;
};

class BirdLink {
 public:
  BirdLink(os::Loop& loop, os::Token token, BirdPlaces places)
      : loop_(loop), token_(token), places_(std::move(places)) {}

  // Carries one action out. What it leads to at once comes back as an event.
  std::optional<bird::Event> carry_out(const bird::Action& action);

  // The socket has something for us, or room for more.
  std::vector<bird::Event> ready(const os::Ready& ready);

 private:
  std::optional<bird::Event> connect(const bird::Connect& wish);
  std::optional<bird::Event> send(const bird::Send& wish);
  Result<void> write_candidate(const std::string& metrics) const;
  void close();
  void watch();

  os::Loop& loop_;
  os::Token token_;
  BirdPlaces places_;
  std::optional<os::UnixStream> stream_;
  bird::ConnectionId connection_ = 0;
};

}  // namespace trimtab::daemon
