// The namespace's interfaces as last heard: a dump to begin with, then every change as the kernel tells it,
// and a new dump where it had to drop some. Pure: os::InterfaceWatch moves the bytes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "netlink/link.h"
#include "util/units.h"

namespace trimtab::netlink {

struct Interface {
  int index = 0;
  std::string name;
  bool up = false;       // administratively
  bool running = false;  // and able to carry packets (IFF_RUNNING)
  bool operator==(const Interface&) const = default;
};

class InterfaceTable {
 public:
  // A dump to send, where one is wanted: at first, after an overrun, an interruption, or no answer for 5 s.
  // At most one in 200 ms, since a storm of changes is when they get lost.
  std::optional<Bytes> request(MonotonicTime now);
  std::optional<MonotonicTime> next_deadline() const;

  // Changes were lost on the way to us.
  void overrun();

  struct Counts {
    std::uint64_t dumps = 0;        // asked for
    std::uint64_t interrupted = 0;  // of them: changed while it was read, so not believed
    std::uint64_t overruns = 0;
  };
  const Counts& counts() const { return counts_; }

  // To be sent; the answer comes through take() as Heard::counters. Nothing comes where there is no such
  // interface.
  Bytes ask_counters(std::string_view name);

  struct Counted {
    Interface interface;
    LinkCounters counters;
  };
  struct Heard {
    bool changed = false;           // find() says something new
    std::vector<Counted> counters;  // answers to ask_counters()
  };
  // Malformed datagrams change nothing but let the table be read anew.
  Heard take(ByteSpan datagram);

  // Whether a first dump has come in; before, nothing is known to be absent.
  bool complete() const { return complete_; }

  const Interface* find(std::string_view name) const;
  const Interface* find(int index) const;

 private:
  struct Entry {
    Interface interface;
    bool confirmed = false;  // heard of since the running dump began
  };

  void hear(const Received& message, Heard& heard);
  void take_link(const Received& message, Heard& heard);
  void take_deletion(ByteSpan payload, Heard& heard);
  void finish_dump(ByteSpan payload, Heard& heard);
  void abandon_dump();
  bool dump_is_running(MonotonicTime now) const;

  std::map<int, Entry> entries_;   // by index
  std::set<std::uint32_t> asked_;  // sequence numbers of ask_counters() without an answer yet
  std::uint32_t last_sequence_ = 0;
  std::uint32_t dump_sequence_ = 0;  // of the running dump; 0: none
  std::optional<MonotonicTime> last_dump_;
  bool wanted_ = true;
  bool interrupted_ = false;
  bool complete_ = false;
  Counts counts_;
};

}  // namespace trimtab::netlink
