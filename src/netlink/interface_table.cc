#include "netlink/interface_table.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace trimtab::netlink {
namespace {

constexpr Duration kPatience = std::chrono::seconds{5};
constexpr Duration kBetweenDumps = std::chrono::milliseconds{200};
// One for each link and second would be far less.
constexpr std::size_t kMostAsked = 4096;

// A bridge tells of its ports with the same message types; its "deleted" means that a port left it.
std::optional<ifinfomsg> interface_header(ByteSpan payload) {
  ifinfomsg header{};
  if (payload.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, payload.data(), sizeof header);
  if (header.ifi_family != AF_UNSPEC) return std::nullopt;
  return header;
}

}  // namespace

bool InterfaceTable::dump_is_running(MonotonicTime now) const {
  return dump_sequence_ != 0 && now - *last_dump_ < kPatience;
}

std::optional<Bytes> InterfaceTable::request(MonotonicTime now) {
  const bool unanswered = dump_sequence_ != 0 && !dump_is_running(now);
  if (dump_is_running(now) || !(wanted_ || unanswered)) return std::nullopt;
  if (last_dump_ && now - *last_dump_ < kBetweenDumps) return std::nullopt;
  wanted_ = interrupted_ = false;
  ++counts_.dumps;
  last_dump_ = now;
  dump_sequence_ = ++last_sequence_;
  for (auto& [index, entry] : entries_) entry.confirmed = false;
  return dump_links().finish(dump_sequence_);
}

std::optional<MonotonicTime> InterfaceTable::next_deadline() const {
  if (dump_sequence_ != 0) return *last_dump_ + kPatience;
  if (!wanted_) return std::nullopt;
  return last_dump_ ? *last_dump_ + kBetweenDumps : MonotonicTime{};
}

Bytes InterfaceTable::ask_counters(std::string_view name) {
  if (asked_.size() >= kMostAsked) asked_.clear();
  asked_.insert(++last_sequence_);
  return get_link(name).finish(last_sequence_);
}

InterfaceTable::Heard InterfaceTable::take(ByteSpan datagram) {
  Heard heard;
  while (!datagram.empty()) {
    const auto message = take_message(datagram);
    if (!message) {
      abandon_dump();
      break;
    }
    hear(*message, heard);
  }
  return heard;
}

void InterfaceTable::hear(const Received& message, Heard& heard) {
  const bool of_dump = dump_sequence_ != 0 && message.sequence == dump_sequence_;
  if (of_dump && (message.flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
  switch (message.type) {
    case RTM_NEWLINK:
      take_link(message, heard);
      break;
    case RTM_DELLINK:
      take_deletion(message.payload, heard);
      break;
    case NLMSG_DONE:
      if (of_dump) finish_dump(message.payload, heard);
      break;
    case NLMSG_ERROR:  // also the acknowledgement of a request that was granted
      asked_.erase(message.sequence);
      if (of_dump) abandon_dump();
      break;
    case NLMSG_OVERRUN:
      overrun();
      break;
    default:
      break;
  }
}

void InterfaceTable::take_link(const Received& message, Heard& heard) {
  if (!interface_header(message.payload)) return;
  const auto read = read_link({message.type, Bytes(message.payload.begin(), message.payload.end())});
  if (!read || !*read || (*read)->name.empty()) return abandon_dump();
  const Link& link = **read;
  const Interface interface { link.index, link.name, link.up, link.running };
  Entry& entry = entries_[link.index];
  heard.changed = heard.changed || entry.interface != interface;
  entry = {.interface = interface, .confirmed = true};
  if (asked_.contains(message.sequence) && link.counters)
    heard.counters.push_back({interface, *link.counters});
}

void InterfaceTable::take_deletion(ByteSpan payload, Heard& heard) {
  const auto header = interface_header(payload);
  if (header && entries_.erase(header->ifi_index) > 0) heard.changed = true;
}

void InterfaceTable::finish_dump(ByteSpan payload, Heard& heard) {
  if (interrupted_) ++counts_.interrupted;
  if (interrupted_ || error_number(payload) != 0) return abandon_dump();
  const std::size_t gone = std::erase_if(entries_, [](const auto& item) { return !item.second.confirmed; });
  heard.changed = heard.changed || gone > 0 || !complete_;
  complete_ = true;
  dump_sequence_ = 0;
}

void InterfaceTable::overrun() {
  ++counts_.overruns;
  abandon_dump();
}

void InterfaceTable::abandon_dump() {
  dump_sequence_ = 0;
  wanted_ = true;
}

const Interface* InterfaceTable::find(std::string_view name) const {
  for (const auto& [index, entry] : entries_) {
    if (entry.interface.name == name) return &entry.interface;
  }
  return nullptr;
}

const Interface* InterfaceTable::find(int index) const {
  const auto found = entries_.find(index);
  return found == entries_.end() ? nullptr : &found->second.interface;
}

}  // namespace trimtab::netlink
