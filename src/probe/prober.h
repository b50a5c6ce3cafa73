// Measuring all links of a site: says which probes to send now, is told what became of them, and hands on
// finished rounds. Pure: the edge sends, stamps and receives; nonces come from a source that it provides.
//
// Way of use, in every turn of the loop: first `received` for each packet that came, then `handle(now)`; send
// its probes at once and report each with `sent` or `refused`; call again at `next_deadline()`. Later calls
// are noticed: a probe that could not go out in time is unmeasured, not sent in a burst, and what was
// outstanding while nobody listened is unmeasured, not lost.
//
// On suspicion it adds batches of quick probes (suspicion.h), which are rounds of their own, and now and then
// a probe as long as the link's MTU (full_size.h), which is of no round.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mesh/mtu.h"
#include "probe/full_size.h"
#include "probe/ledger.h"
#include "probe/schedule.h"
#include "probe/suspicion.h"

namespace trimtab::probe {

struct ProbedLink {
  SiteId neighbour = 0;
  IpAddress peer;  // the neighbour's address on the link
  Cadence cadence;
  bool metered = false;          // its bytes cost money: fewer quick probes
  std::optional<Budget> budget;  // of this end's probes beside the rounds
  int mtu = mesh::kMinLinkMtu;   // of the link's interface: packets of this length are to pass
  bool operator==(const ProbedLink&) const = default;
};

struct Settings {
  std::uint16_t identifier = 0;  // of this process, on the wire
  Duration timeout = std::chrono::seconds{3};
  std::uint64_t seed = 0;                                    // of the jitter
  std::function<void(std::span<std::uint8_t>)> fill_random;  // nonces: unpredictable, in the daemon
};

// One probe to send on a link: an ICMP message, or ICMPv6, to ProbedLink::peer, through that link's
// interface.
struct Probe {
  SiteId link = 0;
  std::uint16_t sequence = 0;
  Bytes message;
};

struct Turn {
  std::vector<Probe> probes;  // of all links whose tick this is
  std::vector<Round> rounds;  // finished; those of one link in order, its quick ones among themselves
};

class Prober {
 public:
  explicit Prober(Settings settings) : settings_(std::move(settings)) {}

  // The links from now on. One that stays as it was keeps its rounds and counters; one that changed starts
  // anew.
  void set_links(const std::vector<ProbedLink>& links, MonotonicTime now);

  // Of all probes that go out from now on.
  void set_timeout(Duration timeout);

  Turn handle(MonotonicTime now);

  // Answers of the link that are slower than this make it suspicious from now on; absent: nothing does.
  void expect(SiteId link, std::optional<Milliseconds> limit);
  // The link is suspicious for a reason that is not seen here: a batch of quick probes, if it may have one.
  void check(SiteId link, MonotonicTime now);

  // What became of a probe of handle(): it left at that instant, or our own kernel refused it.
  void sent(SiteId link, std::uint16_t sequence, const Instant& when);
  void refused(SiteId link, std::uint16_t sequence);

  // A packet that came in through a link's interface, IPv4 header included. True: it is the first answer to a
  // probe that counts (not a full-size one), in time or late.
  bool received(SiteId link, ByteSpan packet, const Arrival& arrival);
  // An ICMPv6 message, which comes without its header.
  bool received(SiteId link, const IpAddress& source, ByteSpan message, const Arrival& arrival);

  // Nothing to do before this. Absent without links.
  std::optional<MonotonicTime> next_deadline() const;

  // Nothing for an unknown link.
  std::optional<Counters> counters(SiteId link) const;

  // Whether full-size packets pass the link, and how long they are; nothing for an unknown link.
  std::optional<FullSize> full_size(SiteId link) const;

 private:
  struct Watched {
    ProbedLink link;
    Schedule schedule;
    Ledger ledger, quick_ledger;
    Suspicion suspicion;
    FullSizeCheck full_size;
    std::uint64_t lost = 0;               // small probes, as full_size was last told
    PlannedRound planned;                 // the running round, or the next one
    std::optional<std::uint64_t> number;  // the ledger's, once the round has begun
    std::size_t next = 0;                 // of planned.times; not at its end
    std::uint64_t batch = 0;              // the quick ledger's number of the batch that goes out
    // When handle() has something to do with it; stale once anything has happened to the link. Of hundreds of
    // links a turn concerns one or two.
    MonotonicTime deadline{};
    bool stale = true;

    SiteId neighbour() const { return link.neighbour; }
    Ledger& ledger_of(Pace pace) { return pace == Pace::quick ? quick_ledger : ledger; }
  };

  static MonotonicTime next_tick(const Watched& watched) { return watched.planned.times[watched.next]; }
  static MonotonicTime deadline_of(const Watched& watched);
  // Null for an unknown one; touch() is for what changes it.
  const Watched* find(SiteId link) const;
  Watched* touch(SiteId link);
  void handle(Watched& watched, MonotonicTime now, Turn& turn);
  // Whether the link's present tick has a probe to send; marks those that were slept through.
  static bool due(Watched& watched, MonotonicTime now);
  static bool quick_due(Watched& watched, MonotonicTime now);
  static bool full_size_due(Watched& watched, MonotonicTime now);
  Probe make(Watched& watched, Pace pace, MonotonicTime now);
  Probe make_full_size(Watched& watched, MonotonicTime now);
  static void set_quick_timeout(Watched& watched);
  static void tell_of_losses(Watched& watched);
  static void take_rounds(Watched& watched, std::vector<Round>& rounds);
  bool take_answer(SiteId link, const Answer& answer, const Arrival& arrival);
  static bool take_reply(Watched& watched, const EchoReply& reply, const Arrival& arrival);
  static void advance(Watched& watched, MonotonicTime now);

  Settings settings_;
  std::vector<Watched> links_;  // by neighbour; all of them are looked at in every turn
};

}  // namespace trimtab::probe
