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
  bool quick = false;  // taken on suspicion, beside the rounds
};

// Bytes known to have arrived, over time. `saturated`: queueing delay or loss rose with the load, so the rate
// is a proof of the capacity and may lower the estimate.
struct ThroughputSample {
  Rate rate;
  bool saturated = false;
};

// What the interface, BFD and BGP say of a link, as last heard. A field that turns from true to false is a
// drop.
struct Condition {
  bool interface_up = true;
  bool session_established = true;
  bool bfd_up = true;  // true where BFD is off
  bool operator==(const Condition&) const = default;

  bool good() const { return interface_up && session_established && bfd_up; }
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
};

}  // namespace trimtab::controller
