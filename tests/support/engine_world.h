// A world for an engine, on a virtual clock: interfaces that come and go, a peer behind each link that
// answers after so long, or not, and a BIRD that is not there. It feeds events and carries out actions;
// nothing in it fakes a system call.
#pragma once

#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "control/json.h"
#include "engine/engine.h"

namespace trimtab::test {

struct Far {
  Milliseconds rtt{10.0};
  bool answers = true;
  bool interface_up = true;
  int refusal = 0;  // errno of sending to it
  // Bytes of an IP packet that passes, and that our kernel sends.
  std::size_t longest = 1 << 16, longest_to_leave = 1 << 16;
  int interface_index = 0;
  netlink::LinkCounters counters;
  // How the kernel answers who asks for the way to its endpoint: with an errno, or the index of an interface.
  int way_refused = 0, way_by = kUplink;
  static constexpr int kUplink = 2;  // which the table of interfaces does not have
};

class EngineWorld {
 public:
  explicit EngineWorld(mesh::Mesh mesh, mesh::SiteId self = 1, std::string metrics_text = "");

  Far& far(const std::string& neighbour) { return far_.at(neighbour); }
  void interface_changed(const std::string& neighbour);  // the kernel tells of far().interface_up
  void set_lan(bool up);                                 // and of our own LAN's

  void run_for(Duration time);
  control::Json ask(const std::string& request);
  control::Json link(const std::string& neighbour);  // of status
  std::vector<std::string> event_texts();

  void happen(const engine::Event& event);
  void forge(const std::string& neighbour);  // an answer to its last probe with another nonce

  std::string metrics_file;                 // as the engine had it written
  std::vector<std::string> metrics_writes;  // each time

  std::size_t counter_requests = 0;  // for an interface's counters
  const std::vector<MonotonicTime>& sent(const std::string& neighbour) { return sent_[neighbour]; }

  MonotonicTime now() const { return now_.monotonic; }

 private:
  struct Due {
    MonotonicTime at;
    std::uint64_t order;
    engine::Event event;
    bool operator>(const Due& other) const { return std::tie(at, order) > std::tie(other.at, other.order); }
  };

  void perform(const std::vector<engine::Action>& actions);
  void carry_out(const engine::SendProbe& probe);
  void carry_out(const engine::SendNetlink& send);
  void carry_out(const engine::DoForBird& wish);
  void carry_out(const engine::Answer& answer) { answers_[answer.client] = answer.line; }
  void carry_out(const engine::Say&) {}
  void later(Duration delay, engine::Event event);
  std::vector<std::uint8_t> tell_link(const std::string& interface, std::uint32_t sequence) const;
  std::vector<std::uint8_t> tell_lan(std::uint32_t sequence) const;
  void tell_way(const netlink::Bytes& request);

  std::map<std::string, Far> far_;                   // by the neighbour's name
  std::map<std::string, std::string> by_interface_;  // its name
  std::map<mesh::SiteId, std::string> by_id_;
  std::map<IpAddress, std::string> by_endpoint_;  // the neighbour's name
  std::string lan_interface_;
  bool lan_up_ = true;
  Instant now_{MonotonicTime{std::chrono::hours{1}}, WallTime{std::chrono::hours{400'000}}};
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  std::uint64_t order_ = 0;
  std::map<std::string, engine::SendProbe> last_probe_;     // by the neighbour's name
  std::map<std::string, std::vector<MonotonicTime>> sent_;  // probes, by the neighbour's name
  std::map<engine::Client, std::string> answers_;
  std::unique_ptr<engine::Engine> engine_;
};

}  // namespace trimtab::test
