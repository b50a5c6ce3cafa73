// What the controller is told: rounds of probes, throughput, what interface, BFD and BGP say, and the
// settings of the mesh file that concern it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::controller {

using mesh::SiteId;

// What became of one probe. A late answer (after the time-out) counts as received but gives no RTT.
enum class Outcome : std::uint8_t { answered, late, lost };

struct ProbeResult {
  Outcome outcome = Outcome::lost;
  Milliseconds rtt{0};  // only where answered
};

// A round's figures: its probes in the order in which they were sent. Probes that we failed to send ourselves
// (daemon starved, local fault) are left out: unmeasured is not lost.
struct Sample {
  std::vector<ProbeResult> probes;
  bool quick = false;  // taken on suspicion, beside the rounds: confirms or clears what a round said
};

// What went over a link in its latest round; or, `quick`, since the latest round or batch of quick probes, as
// another batch ends.
struct ThroughputSample {
  std::optional<Rate> arrived;  // on the way out, known to have arrived; of rounds
  Rate load;                    // the greater of both directions, whatever became of it
  bool quick = false;

  // In less than this a few packets are many times the rate of before: no quick one is taken of it.
  static constexpr Duration kShortestQuick = std::chrono::milliseconds{200};
};

// What the interface, BFD and BGP say of a link, as last heard. A field that turns from true to false is a
// drop.
struct Condition {
  bool interface_up = true;
  bool session_established = true;
  bool bfd_up = true;    // true where BFD is off
  bool sendable = true;  // false: our own kernel sends nothing over it, its address or its route being gone
  bool operator==(const Condition&) const = default;

  bool good() const { return interface_up && session_established && bfd_up && sendable; }
};

struct LinkSettings {
  SiteId neighbour = 0;
  std::optional<Rate> bandwidth;  // declared
  Milliseconds bias{0};
  Duration interval{};  // of this link's rounds
  bool operator==(const LinkSettings&) const = default;
};

struct Settings {
  mesh::Policy policy = mesh::Policy::path;
  mesh::Tuning tuning;

  bool is_steady() const { return mesh::is_steady(policy, tuning.estimator); }
};

}  // namespace trimtab::controller
