// What the daemon tells whoever asks, as values: its status, its events, the reason for a route. The engine
// fills them in, json.h writes them, the command line shows them. docs/formats.md has every key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mesh/mesh.h"
#include "util/units.h"

namespace trimtab::control {

// Under `path` milliseconds of cost; under `score` a LOCAL_PREF. The policy says which.
using Worth = double;

struct LossReport {
  int probes = 0;   // looked at for the raw ratio; 0: nothing measured yet
  Ratio ratio;      // raw
  Ratio low, high;  // its 95 % interval
  Ratio proven;     // p̂, what decisions use
};

struct BandwidthReport {
  Rate rate;
  std::string source;  // "measured", "declared", "assumed"
  bool stale = false;
};

// Whether packets as long as the link's MTU pass it.
struct MtuReport {
  int bytes = 0;
  std::optional<bool> passes;  // absent: not known yet
};

// A change that stability holds back.
struct HeldReport {
  std::string reason;                 // "dwell", "earning", "hysteresis", …
  std::string text;                   // the same for a person
  std::optional<Duration> remaining;  // absent: until the link itself changes
};

struct LinkReport {
  mesh::SiteId neighbour = 0;
  std::string name;  // of the neighbour
  std::string interface;
  std::string standing;  // "unmeasured", "up", "earning", "down"
  bool interface_up = false;
  std::optional<bool> session_established;  // absent: BIRD has not said
  std::optional<bool> bfd_up;               // absent: BFD is off, or BIRD has not said
  MtuReport mtu;
  std::optional<Milliseconds> rtt, jitter;  // smoothed; absent: not measured
  std::optional<Milliseconds> last_rtt;     // of the last round; absent: no answer in time in it
  LossReport loss;
  BandwidthReport bandwidth;
  std::optional<Rate> in, out;  // passive throughput of the last interval
  bool loaded = false;          // that traffic is what makes it slow
  std::optional<Worth> computed;
  std::optional<Ratio> noise;  // of the RTT from round to round, of its mean
  Ratio margin{};              // of a whole path that begins with this link
  Worth published = 0;
  std::optional<HeldReport> held;
  std::optional<Duration> since_change;
  std::optional<std::string> local_fault;  // of this router: why nothing leaves, or reaches its endpoint
  std::uint64_t probes_sent = 0, quick_probes = 0;  // quick: of them on suspicion
  std::uint64_t probes_answered = 0, probes_late = 0, probes_lost = 0, probes_unmeasured = 0;
  std::uint64_t forged_answers = 0, duplicate_answers = 0, malformed_packets = 0, icmp_errors = 0;
  std::uint64_t local_faults = 0, clock_steps = 0;
};

struct BirdReport {
  std::string state;                 // "connected", "absent", "silent", "unsupported"
  std::string version;               // empty: not known yet
  bool pending = false;              // something is published that BIRD has not confirmed
  std::optional<std::string> error;  // its last refusal, with its file and line
};

// How the kernel's word on interfaces came in.
struct InterfacesReport {
  std::uint64_t dumps = 0, interrupted_dumps = 0, overruns = 0;
};

struct Status {
  std::string mesh, site, policy;
  std::uint32_t fingerprint = 0;
  bool mesh_file_ok = true;  // false: the file on disk has mistakes, the one before is in force
  std::vector<std::string> other_mesh_files;  // sites whose mesh file is another one than ours
  Duration uptime{};
  BirdReport bird;
  std::string underlay = "unknown";  // nobody here may ask WireGuard
  std::uint64_t stray_packets = 0;   // that looked like answers and came in by no link's interface
  InterfacesReport interfaces;
  std::optional<std::string> lan_fault;  // why BIRD does not announce our own LANs
  bool every_link_down = false;          // none is up or earns its return, and one is down
  std::vector<LinkReport> links;
};

struct Event {
  std::uint64_t number = 0;
  WallTime at;
  std::string kind;  // "published", "down", "returned", "session", "mtu", "bird", "mesh", "started"
  std::string link;  // the neighbour's name; empty: not about one link
  std::string text;  // for a person
  std::optional<Worth> from, to;
  std::string reason;
};

// One way to a destination, as BIRD holds it.
struct Candidate {
  std::string neighbour;
  bool chosen = false;
  std::optional<Milliseconds> total, own, announced;  // cost: own link plus what the neighbour announced
  std::uint32_t preference = 0;
  std::optional<Milliseconds> margin;  // `path`: by how much another must be cheaper before it is left
  std::vector<std::string> path;       // the sites' names, the neighbour first
};

struct Explanation {
  std::string destination, prefix, site;    // what was asked, the prefix it lies in, the site that has it
  bool own = false;                         // it is one of our own LANs
  std::vector<std::string> other_prefixes;  // the site's, where it was asked for by its name
  std::vector<std::string> own_lans;        // from which packets are forwarded
  std::optional<int> sessions;              // that are established; nothing while BIRD has not told of all
  std::vector<Candidate> candidates;        // the chosen one first, then by preference
  std::optional<Duration> margin_ends_in;   // of the chosen one, if all stays as it is
  std::vector<LinkReport> links;            // of the neighbours that occur, in the same order
  std::string policy;
};

}  // namespace trimtab::control
