// Whether packets as long as a link's MTU pass it: a path that swallows long packets and lets short ones
// through looks healthy to every small probe. Now and then one echo request is padded to the MTU, or to what
// we can receive. A full-size probe goes out only after a small one was answered, and is lost once a small
// one that left later has come back and its own time-out has passed. Four lost in a row, with no small one
// lost meanwhile: blocked. Any answer to one of them, however late: it passes. Everything else, our own
// kernel's refusal among it, teaches nothing, and is tried again soon.
//
// It counts nowhere else: no round, no loss and no RTT knows of it. What it may cost is the prober's to say.
#pragma once

#include <optional>
#include <vector>

#include "probe/icmp.h"
#include "util/units.h"

namespace trimtab::probe {

// Bytes of an IP packet; what the edge can receive. Longer MTUs are tried with this.
constexpr int kLongestPacket = 9216;

enum class Passage : std::uint8_t { unknown, passes, blocked };

struct FullSize {
  int packet_bytes = 0;  // of an IP packet
  Passage passage = Passage::unknown;
};

class FullSizeCheck {
 public:
  // `interval`: of the link's rounds.
  FullSizeCheck(const IpAddress& peer, int mtu, Duration interval);

  FullSize verdict() const { return {packet_bytes_, passage_}; }

  // Of probes that go out from now on.
  void set_timeout(Duration timeout) { timeout_ = timeout; }

  // A small probe that left at `left` was answered in time, and the answer was here at `arrived`, whenever it
  // was read; another one was lost.
  void small_answered(MonotonicTime left, MonotonicTime arrived);
  void small_lost();
  // We did not run for a while: answers that did not come say nothing.
  void overslept();

  // When a full-size probe is due; absent: not before another small one was answered.
  std::optional<MonotonicTime> tick() const { return tick_; }
  // The due one goes out; without sent() it teaches nothing.
  EchoRequest make(std::uint16_t identifier, const Nonce& nonce, MonotonicTime now);
  // There is no money for the due one: asked again soon. What was lost until then still counts.
  void cannot_pay(MonotonicTime now);
  void sent(std::uint16_t sequence, MonotonicTime when);

  // An answer with our identifier that is no small probe's.
  void received(const EchoReply& reply, MonotonicTime now);

 private:
  struct Try {
    std::uint16_t sequence = 0;
    Nonce nonce{};
    MonotonicTime overdue{};
    std::optional<MonotonicTime> left;  // absent: not yet, or never
  };

  void begin(MonotonicTime now);
  void end(Passage learnt, MonotonicTime now);
  void end_without_news();
  int tries_needed() const;
  std::size_t payload_bytes() const;

  IpAddress peer_;
  int packet_bytes_;
  Duration interval_;
  Duration timeout_{};
  Passage passage_ = Passage::unknown;
  bool checking_ = false;
  MonotonicTime begun_{};              // the check under way, or the last one
  MonotonicTime next_{};               // no check begins, and none goes on, before this
  std::optional<MonotonicTime> tick_;  // of the probe that is to go out
  std::vector<Try> tries_;             // of that check; those of the last one are known until the next begins
  std::uint16_t next_number_ = 0;
};

}  // namespace trimtab::probe
