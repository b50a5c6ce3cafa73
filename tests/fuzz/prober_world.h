// A prober with one link, handed any packets. A step is: what the edge does and how the packet is mended (a
// byte of bits, below), milliseconds that pass, the packet's length, the packet. An answer counts at most
// once, and only with the peer's address, our identifier and the nonce of that very probe; one to a full-size
// probe, which no counter knows, only with its length too. An error counts only about a probe of ours.
#pragma once

#include <map>

#include "fuzz/input.h"
#include "probe/icmp6.h"
#include "probe/prober.h"
#include "unit/probe/packets.h"

namespace trimtab::probe {

class ProberWorld {
 public:
  explicit ProberWorld(Family family) : peer_(address(family, 2)) {
    prober_.set_links(
        {{.neighbour = kLink, .peer = peer_, .cadence = {std::chrono::seconds{1}, 5}, .mtu = kMtu}},
        now_.monotonic);
  }

  void run(fuzz::Input input) {
    while (!input.empty()) {
      const std::uint8_t what = input.byte();
      const std::chrono::milliseconds after{input.number()};
      const auto packet = input.take(input.number());
      step(what, after, {packet.begin(), packet.end()});
    }
  }

 private:
  enum : std::uint8_t {
    kMendChecksum = 1,  // IPv4's, and its length
    kNoStamp = 2,
    kStrangeStamp = 4,
    kRefused = 8,
    kStranger = 16,  // IPv6's, whose header we do not see
  };
  static constexpr std::uint16_t kIdentifier = 0x0707;
  static constexpr SiteId kLink = 2;
  static constexpr int kMtu = 600;

  static IpAddress address(Family family, std::uint8_t last) {
    if (family == Family::ipv4) return IpAddress::ipv4(0x0a000000U + last);
    IpAddress address{Family::ipv6, {0xfd}};
    address.bytes.back() = last;
    return address;
  }

  // So that more than noise gets by the checksum. Options are the corpus's own to sum up.
  static void mend(Bytes& packet) {
    if (packet.size() < 28) return;
    packet[2] = static_cast<std::uint8_t>(packet.size() >> 8U);
    packet[3] = static_cast<std::uint8_t>(packet.size());
    testing::repair_checksum(packet);
  }

  void step(std::uint8_t what, Duration after, Bytes packet) {
    now_ = {now_.monotonic + after, now_.wall + after};
    const bool ipv4 = peer_.family == Family::ipv4;
    if (ipv4 && (what & kMendChecksum) != 0) mend(packet);
    const IpAddress source = (what & kStranger) != 0 ? address(Family::ipv6, 3) : peer_;
    std::optional<WallTime> stamp = now_.wall - after / 2;
    if ((what & kNoStamp) != 0) stamp.reset();
    if ((what & kStrangeStamp) != 0) stamp = WallTime{after * 100'000'000};  // 1970 to 2177
    const Counters before = *prober_.counters(kLink);
    const Passage passage = prober_.full_size(kLink)->passage;
    if (ipv4) {
      prober_.received(kLink, packet, {stamp, now_});
    } else {
      prober_.received(kLink, source, packet, {stamp, now_});
    }
    const Answer answer = ipv4 ? decode(packet) : decode_icmp6(source, packet);
    const Counters after_it = *prober_.counters(kLink);
    if (believed(after_it) != believed(before))
      check_reply(answer, believed(after_it) - believed(before), kNonceBytes);
    if (prober_.full_size(kLink)->passage == Passage::passes && passage != Passage::passes)
      check_reply(answer, 1, echo_payload_bytes(peer_.family, kMtu));
    if (after_it.errors != before.errors) check_error(answer, after_it.errors - before.errors);
    turn((what & kRefused) != 0);
  }

  static std::uint64_t believed(const Counters& counters) {
    return counters.answered + counters.late + counters.clock_steps;
  }

  void check_reply(const Answer& answer, std::uint64_t count, std::size_t payload_bytes) {
    const auto* reply = std::get_if<EchoReply>(&answer);
    TRIMTAB_CHECK(count == 1 && reply != nullptr && reply->source == peer_);
    TRIMTAB_CHECK(reply->payload_bytes == payload_bytes);
    const auto probe = outstanding_.find(reply->sequence);
    TRIMTAB_CHECK(reply->identifier == kIdentifier && probe != outstanding_.end());
    TRIMTAB_CHECK(probe->second == reply->nonce);
    outstanding_.erase(probe);
  }

  void check_error(const Answer& answer, std::uint64_t count) const {
    const auto* error = std::get_if<EchoError>(&answer);
    TRIMTAB_CHECK(count == 1 && error != nullptr);
    TRIMTAB_CHECK(error->identifier == kIdentifier && error->destination == peer_);
  }

  void turn(bool refused) {
    const Turn turn = prober_.handle(now_.monotonic);
    for (const Probe& probe : turn.probes) {
      if (refused) {
        prober_.refused(kLink, probe.sequence);
        continue;
      }
      prober_.sent(kLink, probe.sequence, now_);
      std::copy_n(probe.message.begin() + 8, kNonceBytes, outstanding_[probe.sequence].begin());
    }
    for (const Round& round : turn.rounds) {
      for (const Result& result : round.results)
        TRIMTAB_CHECK(result.rtt.count() >= 0 && result.rtt <= std::chrono::seconds{3});
    }
  }

  const IpAddress peer_;
  Instant now_{MonotonicTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{400'000}}};
  std::uint8_t drawn_ = 0;
  Prober prober_{{.identifier = kIdentifier, .seed = 1, .fill_random = [this](std::span<std::uint8_t> bytes) {
                    std::fill(bytes.begin(), bytes.end(), ++drawn_);
                  }}};
  std::map<std::uint16_t, Nonce> outstanding_;  // not answered yet
};

}  // namespace trimtab::probe
