// The daemon without its system calls: joins measuring, judging, publishing and telling. Events go in,
// actions come out; it says when it wants to be called next.
//
// Way of use: construct; carry out the actions of start(); then, in every turn of the loop, handle() each
// event and last of all Woken, which does what has become due; at the latest at next_deadline(). Actions are
// carried out in their order. `now` never goes back. It is total.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "control/json.h"
#include "control/request.h"
#include "controller/controller.h"
#include "engine/bird_side.h"
#include "engine/endpoint_way.h"
#include "engine/event.h"
#include "engine/journal.h"
#include "engine/refusals.h"
#include "engine/traffic.h"
#include "netlink/interface_table.h"

namespace trimtab::engine {

struct Start {
  mesh::Mesh mesh;
  SiteId self = 0;
  Instant now;
  std::uint16_t identifier = 0;                              // of our echo requests
  std::uint64_t seed = 0;                                    // of the schedule's jitter
  std::function<void(std::span<std::uint8_t>)> fill_random;  // nonces
  std::string metrics_text;    // what the metrics file holds; empty: nothing usable
  std::string metrics_fault;   // why there is nothing usable: bird::MetricsFound
  std::string candidate_path;  // of the candidate main file
};

class Engine {
 public:
  explicit Engine(Start start);
  Engine(const Engine&) = delete;  // parts of it look at its mesh
  Engine& operator=(const Engine&) = delete;

  std::vector<Action> start(const Instant& now);
  std::vector<Action> handle(const Instant& now, const Event& event);
  std::optional<MonotonicTime> next_deadline() const;

 private:
  static constexpr std::string_view kInterfaceCarries = "is back";

  struct LinkState {
    std::string name;  // the neighbour's
    std::string interface;
    IpAddress own_address, peer_address;
    std::optional<IpAddress> endpoint;  // the peer's, outside; not where the mesh file has a name or none
    MonotonicTime heard_at{};           // the latest answer
    int interface_index = 0;            // as last seen; 0: never
    Traffic traffic;
    Refusals refusals;
    std::string_view interface_state = kInterfaceCarries;  // as last told to the journal
    bool local_fault = false;                              // as last told to the journal
    std::optional<std::string> endpoint_fault;             // until it answers
    std::optional<int> blocked_bytes;                      // of a packet; the same
    std::optional<bool> awaiting_counters;  // that mark the end of a round: whether it was complete
    bool awaiting_quick_counters = false;   // those of a batch of quick probes
    controller::Condition condition;
    std::optional<bool> session_established, bfd_up;
    controller::Standing standing = controller::Standing::unmeasured;  // as last told to the journal
    bool beyond_loss_boundary = false, beyond_rtt_boundary = false;    // the same
  };

  struct PendingExplanation {
    Client client = 0;
    std::string asked;  // looked up again for the answer: the mesh file may be read in between
  };

  void on(const Woken&);
  void on(const ProbeDeparted& departed);
  void on(const PacketArrived& packet);
  void on(const NetlinkArrived& arrived);
  void on(const NetlinkOverrun&);
  void on(const BirdHappened& happened);
  void on(const Asked& asked);
  void on(const MeshRead& read);

  void restore(const Start& start);
  void set_up_links();
  void decide();
  void note_changes();
  void note_standing(LinkState& link, const controller::LinkView& view);
  void note_boundaries(LinkState& link, const controller::LinkView& view);
  void log_new_events();
  void publish();
  void note(std::string kind, std::string link, std::string text);

  void take(const BirdReports& reports);
  void take_report(const DoForBird& wish);
  void take_report(const Remark& remark);
  void take_report(const bird::SessionsRead& read);
  void take_report(const SessionsUnknown&);
  void take_report(const bird::QueryAnswered& answered);

  // measuring.cc
  void send_probes();
  void finish_round(const probe::Round& round);
  void begin_counting(LinkState& link);
  void wait_for_counters(const probe::Round& round);
  void interfaces_changed();
  void note_lan_fault();
  void left(SiteId neighbour, LinkState& link);
  void refused(SiteId neighbour, LinkState& link, std::uint16_t sequence, int error);
  void local_fault_changed(SiteId neighbour, LinkState& link);
  void ask_way_to_endpoint(const probe::Round& round, LinkState& link);
  void take_ways(const std::vector<netlink::RouteQuestions::Answer>& answers);
  void note_answer(LinkState& link);
  void set_endpoint_fault(LinkState& link, std::optional<std::string> fault, std::string_view over);
  void note_passage(SiteId neighbour);
  void set_condition(SiteId neighbour, LinkState& link, const controller::Condition& condition);

  // answers.cc
  void answer(Client client, const control::AskStatus&);
  void answer(Client client, const control::AskEvents& ask);
  void answer(Client client, const control::AskExplain& ask);
  void answer(Client client, const Error& error);
  control::Status status() const;
  control::LinkReport report(SiteId neighbour, const LinkState& link) const;
  std::optional<int> established_sessions() const;  // nothing while BIRD has not told of all

  mesh::Mesh mesh_;
  SiteId self_;
  Instant now_;
  MonotonicTime started_;
  bool mesh_file_ok_ = true;
  bool neutral_ = true;  // nothing was ever published, in this run or an earlier one
  std::map<SiteId, LinkState> links_;
  std::set<SiteId> touched_;  // links whose standing may be another one than was told
  controller::Controller controller_;
  probe::Prober prober_;
  BirdSide bird_;
  netlink::InterfaceTable interfaces_;
  netlink::RouteQuestions ways_;        // to endpoints, by the neighbour
  std::map<int, SiteId> by_interface_;  // index to neighbour, of the links whose interface is there
  std::optional<std::string> lan_fault_;
  std::uint64_t stray_packets_ = 0;
  std::uint64_t told_ = 0;  // the controller's edition, as published
  Journal journal_;
  std::map<std::uint64_t, PendingExplanation> explanations_;  // by the query's token
  std::uint64_t last_token_ = 0;
  std::vector<Action> actions_;  // of the call under way
};

}  // namespace trimtab::engine
