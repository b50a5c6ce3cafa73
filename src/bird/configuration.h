// BIRD's configuration of one site, from the mesh (specification §4 and §6). Pure and deterministic: the same
// mesh gives the same bytes. Needs BIRD 2.0.10 or later, or 3.x.
//
// Three files, so that each changes for one reason:
//   bird.conf     the site's own links and sessions; changed by `up` alone. It includes the other two.
//   origins.conf  which LAN belongs to whose ASN, and the mesh's fingerprint: all that changes here when a
//                 site arrives that this one has no link to.
//   metrics.conf  the numbers that the daemon writes; see metrics_file.h.
//
// What others may rely on: the BGP protocol of the link to site 2 is `site_2`; the other protocols are
// `mesh_device`, `mesh_lan` (direct), `mesh_kernel`, `mesh_kernel6` and `mesh_bfd`. Names come from ids
// alone, because a site's name may be a keyword of BIRD's.
//
// No session is ever reset by a changed preference: what neighbours sent is kept before the filter (import
// table), so their help is not needed. Route refresh, the other way, is on; the option that makes it a
// condition came with BIRD 2.15 and cannot be written down here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::bird {

// Kinds of large communities (Mesh::community, kind, value).
inline constexpr std::uint32_t kCostKind = 1;         // accumulated cost, in 0.1 ms
inline constexpr std::uint32_t kFingerprintKind = 2;  // Fingerprint::short_id of the site that has the LAN

// LOCAL_PREF under `path` is this minus the accumulated cost, so the cheapest path is the preferred one.
inline constexpr std::uint32_t kBestPreference = 2'000'000'000;
// A received sum above this is refused: BIRD's integers wrap.
inline constexpr std::uint32_t kCostLimit = 1'000'000'000;

// Where the files of one BIRD are. All absolute, since BIRD takes a relative include from the including file.
struct Paths {
  std::string origins = "/etc/trimtab/origins.conf";
  std::string metrics = "/run/trimtab/metrics.conf";
};

// What only the router itself knows. `up` reads it from the kernel; `render` for another machine leaves it
// out.
struct Local {
  // The addresses of the site's `lan_interface` with their prefix lengths ("10.10.1.1/24"), in the kernel's
  // order, primary ones first.
  std::vector<Prefix> lan_addresses;
  // Another BIRD's own configuration includes bird.conf: what BIRD takes once only (router id, protocol
  // device, the kernel protocol of the main table) is that one's, and so is the log.
  bool included = false;
};

// The router's own address of a family in its LAN: the source of its own packets into the mesh (krt_prefsrc).
// Absent without an address inside one of the site's LANs: own packets then leave with a link address, which
// the far side cannot answer; LAN to LAN works all the same. It is never guessed: the kernel refuses a route
// whose source it does not have.
std::optional<IpAddress> lan_address(const mesh::Site& site, const Local& local, Family family);

// `self` must be a site of the mesh. A session has a channel for each family that links carry.
std::string main_configuration(const mesh::Mesh& mesh, mesh::SiteId self, const Paths& paths,
                               const Local& local = {});
std::string origins(const mesh::Mesh& mesh, mesh::SiteId self);

// The same main configuration with another metrics file, for `configure check`. Fails where the text does not
// include `metrics` exactly once.
Result<std::string> with_metrics(std::string_view main_configuration, std::string_view metrics,
                                 std::string_view other_metrics);

std::string protocol_name(mesh::SiteId neighbour);                         // "site_2"
std::optional<mesh::SiteId> neighbour_of_protocol(std::string_view name);  // absent: not one of ours

}  // namespace trimtab::bird
