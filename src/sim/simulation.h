// The laboratory: discrete events on a clock of its own. Every site has the daemon's controller; links answer
// its probes as their models say; what it publishes goes to a model of BGP; the routes that come of it carry
// traffic, which loads the links again. The same topology and seed give the same run to the bit.
//
// Modelled: rounds per link, staggered, and quick probes; at most one publication a second per site; the way
// of each update over its session; BFD, which ends the session of a dead link, and its return. Not modelled:
// BFD packets lost by chance, BIRD's time beyond the 2 ms that an update waits to be written.
#pragma once

#include <functional>
#include <queue>
#include <vector>

#include "controller/controller.h"
#include "sim/charge.h"
#include "sim/load.h"
#include "sim/path_vector.h"
#include "sim/probing.h"
#include "sim/rounds.h"
#include "sim/told.h"
#include "sim/topology.h"

namespace trimtab::sim {

struct SimulatedDecision {
  Duration at{};  // since the start
  Site site = 0;
  controller::Decision decision;
};

struct SimulatedMove {
  Duration at{};
  PathVector::Move move;
};

struct SimulatedEnd {  // of patience with a route
  Duration at{};
  Site site = 0;
  Told::End end;
};

class Simulation {
 public:
  Simulation(Topology topology, Choice choice, std::uint64_t seed);
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Everything before `until` happens; it does not go back.
  void run(Duration until);

  Duration now() const { return now_; }
  const Topology& topology() const { return topology_; }
  const PathVector& network() const { return network_; }

  // True costs of this instant, both directions of each link; a dead link has none.
  Costs costs() const;

  const std::vector<SimulatedDecision>& decisions() const { return decisions_; }
  const std::vector<SimulatedMove>& moves() const { return moves_; }
  const std::vector<SimulatedEnd>& ends() const { return ends_; }
  std::uint64_t samples() const { return samples_; }  // rounds of one direction of a link

  // No update is under way, and none was sent for so long.
  bool quiet_for(Duration quiet) const { return under_way_ == 0 && now_ - last_update_ >= quiet; }

 private:
  enum class Kind : std::uint8_t { send, deliver, decide, probing, publish, turn, session_down, session_up };
  struct Event {
    Duration at{};
    std::uint64_t number = 0;  // of two at one time, the one that was foreseen first comes first
    Kind kind{};
    std::uint32_t index = 0;       // of the message, site or link
    std::uint32_t generation = 0;  // of the link's outages; of messages and probes, the end that sends

    bool operator<(const Event& other) const {  // std::priority_queue has the greatest on top
      return at != other.at ? at > other.at : number > other.number;
    }
  };

  struct SiteState {
    controller::Controller controller;
    Told told;
    Duration may_publish_at{};
    bool will_publish = false;
    std::uint64_t edition = 0;  // the controller's, as told
    std::optional<Duration> will_decide_at;
  };

  static constexpr std::uint32_t kNoMessage = UINT32_MAX;
  struct LinkState {
    std::array<Probing, 2> probing;  // from each end
    std::array<std::optional<Duration>, 2> will_probe_at;
    bool session = true;
    std::uint32_t generation = 0;
    std::array<Duration, 2> last_arrival{};                        // a session delivers in order
    std::array<std::uint32_t, 2> writing{kNoMessage, kNoMessage};  // from each end, what is about to be sent
  };

  void schedule(Duration at, Kind kind, std::uint32_t index, std::uint32_t generation = 0);
  void carry_out(const Event& event);
  void finish_round(const Rounds::Round& round);
  void go_on_probing(std::uint32_t index, std::size_t end);
  void wake_probing(std::uint32_t index, std::size_t end);
  void take_samples(std::uint32_t index, std::size_t end);
  void judge_sample(std::uint32_t index, std::size_t end);
  Wire wire(std::uint32_t index, std::size_t end) const;
  void look_at_routes(Site site);
  void decide(Site site);
  void publish_soon(Site site, Duration earliest);
  void publish(Site site);
  void flush();
  void send(std::uint32_t link, std::size_t end);
  void turn(std::uint32_t link);
  void set_session(std::uint32_t link, bool up);
  std::uint32_t new_message();

  Topology topology_;
  LinkIndex link_index_;
  PathVector network_;
  Load load_;
  std::vector<SiteState> sites_;
  std::vector<LinkState> links_;
  Rounds rounds_;
  controller::Sample sample_;  // kept for its memory

  Duration now_{};
  std::priority_queue<Event> events_;
  std::uint64_t last_number_ = 0;
  // What one site says to another at one moment travels together.
  std::vector<std::vector<Update>> messages_;  // by the event's index
  std::vector<std::uint32_t> free_messages_;   // places in it
  std::size_t under_way_ = 0;
  Duration last_update_{};
  std::uint64_t samples_ = 0;
  std::vector<SimulatedDecision> decisions_;
  std::vector<SimulatedMove> moves_;
  std::vector<SimulatedEnd> ends_;
};

}  // namespace trimtab::sim
