#include "probe/full_size.h"

#include <algorithm>

#include "mesh/mtu.h"
#include "probe/pace.h"
#include "probe/schedule.h"

namespace trimtab::probe {
namespace {

// In a row. On a link that loses a fifth of everything, four are lost, and no small one between them, once in
// 1,500 checks; with two it were once in 40, with eight a black hole would be told after half a minute.
constexpr int kTries = 4;
// What is blocked stays so until one has passed, which a single probe finds out.
constexpr int kTriesWhileBlocked = 1;

// Intervals from one check to the next where the path is blocked or the last one taught nothing: a minute at
// the shipped pace, for a quarter of what the rounds cost where it is blocked. Half would cost twice as much;
// twice is how long a mended path is still called blocked.
constexpr int kSoon = 4;

}  // namespace

FullSizeCheck::FullSizeCheck(const IpAddress& peer, int mtu, Duration interval)
    : peer_(peer), packet_bytes_(std::min(mtu, kLongestPacket)), interval_(interval) {}

std::size_t FullSizeCheck::payload_bytes() const {
  return echo_payload_bytes(peer_.family, static_cast<std::size_t>(packet_bytes_));
}

int FullSizeCheck::tries_needed() const {
  return passage_ == Passage::blocked ? kTriesWhileBlocked : kTries;
}

void FullSizeCheck::small_answered(MonotonicTime left, MonotonicTime arrived) {
  if (tick_) return;
  if (!checking_) {
    if (arrived >= next_) begin(arrived);
    return;
  }
  const Try& last = tries_.back();
  if (arrived < last.overdue) return;
  if (!last.left) return end_without_news();
  if (left <= *last.left) return;  // both may have been lost since
  if (static_cast<int>(tries_.size()) >= tries_needed()) return end(Passage::blocked, arrived);
  if (arrived < next_) return;
  tick_ = on_grid(arrived);
}

void FullSizeCheck::begin(MonotonicTime now) {
  checking_ = true;
  begun_ = now;
  tries_.clear();
  tick_ = on_grid(now);
}

void FullSizeCheck::end(Passage learnt, MonotonicTime now) {
  passage_ = learnt;
  checking_ = false;
  tick_.reset();
  next_ = now + interval_ * (learnt == Passage::blocked ? kSoon : mesh::kRoundsPerFullSizeProbe);
}

void FullSizeCheck::end_without_news() {
  if (!checking_) return;
  checking_ = false;
  tick_.reset();
  next_ = begun_ + interval_ * kSoon;
}

// The path may be losing whatever is sent: this check would blame the wrong thing.
void FullSizeCheck::small_lost() {
  end_without_news();
}

void FullSizeCheck::overslept() {
  end_without_news();
}

void FullSizeCheck::cannot_pay(MonotonicTime now) {
  if (tries_.empty()) return end_without_news();
  tick_.reset();
  next_ = now + interval_ * kSoon;
}

EchoRequest FullSizeCheck::make(std::uint16_t identifier, const Nonce& nonce, MonotonicTime now) {
  tick_.reset();
  const std::uint16_t sequence = numbered(Pace::full_size, next_number_++);
  tries_.push_back({.sequence = sequence, .nonce = nonce, .overdue = now + timeout_, .left = std::nullopt});
  return {.identifier = identifier, .sequence = sequence, .nonce = nonce, .payload_bytes = payload_bytes()};
}

void FullSizeCheck::sent(std::uint16_t sequence, MonotonicTime when) {
  if (!tries_.empty() && tries_.back().sequence == sequence) tries_.back().left = when;
}

void FullSizeCheck::received(const EchoReply& reply, MonotonicTime now) {
  if (reply.source != peer_ || reply.payload_bytes != payload_bytes()) return;
  const bool asked = std::any_of(tries_.begin(), tries_.end(), [&](const Try& one) {
    return one.left && one.sequence == reply.sequence && one.nonce == reply.nonce;
  });
  if (!asked) return;
  tries_.clear();  // a copy of the answer is no news
  end(Passage::passes, now);
}

}  // namespace trimtab::probe
