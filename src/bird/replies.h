// What BIRD's replies mean: text -> values. BIRD 2.0.10 to 3.x; columns are taken by words, since their
// widths change. Lines that say nothing to us are passed over; a reply that cannot be what was asked for is
// an error.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bird/reply.h"
#include "mesh/mesh.h"
#include "util/address.h"
#include "util/result.h"

namespace trimtab::bird {

// "2.0.12" of "BIRD 2.0.12 ready." or of "BIRD 2.0.12"; error: no BIRD at all.
Result<std::string> parse_version(std::string_view text);

// 2.0.10 and later, and 3.x. An error that names the version otherwise.
Result<void> check_version(std::string_view version);

struct Status {
  std::string version;
  // BIRD's own wall clock when it started, to the second. Shifts when that clock is set; compare with
  // is_restart.
  std::optional<std::chrono::sys_seconds> last_reboot;
};
Result<Status> parse_status(const Reply& reply);

// Two readings of Last reboot that are more than a rounding apart.
bool is_restart(const std::optional<std::chrono::sys_seconds>& before,
                const std::optional<std::chrono::sys_seconds>& now);

struct Protocol {
  std::string name, type, state;  // "site_2", "BGP", "up"
  std::string info;               // BGP: "Established", "Active", …; may be empty
  bool established() const { return state == "up" && info.starts_with("Established"); }
};
Result<std::vector<Protocol>> parse_protocols(const Reply& reply);

struct BfdSession {
  IpAddress neighbour;
  std::string interface;
  bool up = false;
};
Result<std::vector<BfdSession>> parse_bfd_sessions(const Reply& reply);

// One way to a prefix, as BIRD holds it.
struct RouteCandidate {
  std::string protocol;  // "site_2"; "mesh_lan" for our own
  bool best = false;
  std::vector<mesh::Asn> as_path;  // the neighbour first; without `all` the last one only; empty for our own
  std::optional<std::uint32_t> local_preference;
  std::vector<std::array<std::uint32_t, 3>> large_communities;

  // The value of the first community (`community`, kind, value).
  std::optional<std::uint32_t> community(std::uint32_t administrator, std::uint32_t kind) const;
};

// Commands for parse_routes: all routes of exactly this prefix; and the best routes of sites whose mesh file
// has another fingerprint than ours, normally none.
std::string routes_command(const Prefix& prefix);
std::string other_fingerprints_command(std::uint32_t community, std::uint32_t own_fingerprint);
// Empty where BIRD has none; the best one first, otherwise in BIRD's order.
Result<std::vector<RouteCandidate>> parse_routes(const Reply& reply);

}  // namespace trimtab::bird
