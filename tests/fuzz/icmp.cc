// Any packets to a prober that waits for answers. A step is: what the edge does and how the packet is mended
// (a byte of bits, below), milliseconds that pass, the packet's length, the packet. An answer counts at most
// once, and only with the peer's address, our identifier and the nonce of that very probe; one to a full-size
// probe, which no counter knows, only with its length too.
#include "probe/icmp.h"

#include <map>

#include "fuzz/input.h"
#include "probe/prober.h"
#include "unit/probe/packets.h"

namespace trimtab::probe {
namespace {

enum : std::uint8_t { kMendChecksum = 1, kNoStamp = 2, kStrangeStamp = 4, kRefused = 8 };

const IpAddress kPeer = IpAddress::ipv4(0x0a000002);
constexpr std::uint16_t kIdentifier = 0x0707;
constexpr SiteId kLink = 2;
constexpr int kMtu = 600;

// So that more than noise gets by the checksum. Options are the corpus's own to sum up.
void mend(Bytes& packet) {
  if (packet.size() < 28) return;
  packet[2] = static_cast<std::uint8_t>(packet.size() >> 8U);
  packet[3] = static_cast<std::uint8_t>(packet.size());
  testing::repair_checksum(packet);
}

class World {
 public:
  World() {
    prober_.set_links(
        {{.neighbour = kLink, .peer = kPeer, .cadence = {std::chrono::seconds{1}, 5}, .mtu = kMtu}},
        now_.monotonic);
  }

  void step(std::uint8_t what, Duration after, Bytes packet) {
    now_ = {now_.monotonic + after, now_.wall + after};
    if ((what & kMendChecksum) != 0) mend(packet);
    std::optional<WallTime> stamp = now_.wall - after / 2;
    if ((what & kNoStamp) != 0) stamp.reset();
    if ((what & kStrangeStamp) != 0) stamp = WallTime{after * 100'000'000};  // 1970 to 2177
    const std::uint64_t before = believed();
    const Passage passage = prober_.full_size(kLink)->passage;
    prober_.received(kLink, packet, {stamp, now_});
    if (believed() != before) check(packet, believed() - before, kNonceBytes);
    if (prober_.full_size(kLink)->passage == Passage::passes && passage != Passage::passes)
      check(packet, 1, kMtu - 28);
    turn((what & kRefused) != 0);
  }

 private:
  std::uint64_t believed() const {
    const Counters counters = *prober_.counters(kLink);
    return counters.answered + counters.late + counters.clock_steps;
  }

  void check(const Bytes& packet, std::uint64_t count, std::size_t payload_bytes) {
    const Answer answer = decode(packet);
    const auto* reply = std::get_if<EchoReply>(&answer);
    TRIMTAB_CHECK(count == 1 && reply != nullptr && reply->source == kPeer);
    TRIMTAB_CHECK(reply->payload_bytes == payload_bytes);
    const auto probe = outstanding_.find(reply->sequence);
    TRIMTAB_CHECK(reply->identifier == kIdentifier && probe != outstanding_.end());
    TRIMTAB_CHECK(probe->second == reply->nonce);
    outstanding_.erase(probe);
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

  Instant now_{MonotonicTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{400'000}}};
  std::uint8_t drawn_ = 0;
  Prober prober_{{.identifier = kIdentifier, .seed = 1, .fill_random = [this](std::span<std::uint8_t> bytes) {
                    std::fill(bytes.begin(), bytes.end(), ++drawn_);
                  }}};
  std::map<std::uint16_t, Nonce> outstanding_;  // not answered yet
};

}  // namespace
}  // namespace trimtab::probe

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  fuzz::Input input(data, size);
  probe::World world;
  while (!input.empty()) {
    const std::uint8_t what = input.byte();
    const std::chrono::milliseconds after{input.number()};
    const auto packet = input.take(input.number());
    world.step(what, after, {packet.begin(), packet.end()});
  }
  return 0;
}
