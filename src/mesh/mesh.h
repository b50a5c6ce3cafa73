// The mesh as values: what the mesh file says, with every default filled in and every address derived.
// A Mesh that exists is valid: parse.h is the only maker of one from text, and it reports every mistake.
// Nothing here depends on the order of entries: sites are sorted by id, links by the two ids.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "util/address.h"
#include "util/units.h"

namespace trimtab::mesh {

// 1 … 65535 in the file; what fits is bounded further by `overlay` and `links`.
using SiteId = std::uint32_t;
using Asn = std::uint32_t;

enum class Policy : std::uint8_t { path, score };
enum class Encapsulation : std::uint8_t { gre, none };
// The family outside, between WireGuard's ports.
enum class Outer : std::uint8_t { ipv4, ipv6, any };
enum class Bfd : std::uint8_t { fast, slow, off };

// A WireGuard public key, 32 bytes (Curve25519). The file has it in base64.
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  auto operator<=>(const PublicKey&) const = default;
};

struct Endpoint {
  std::string host;  // address or name
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

struct Site {
  std::string name;
  SiteId id = 0;
  Asn asn = 0;
  std::vector<Prefix> lan;           // may be empty: a site that only carries others' traffic
  std::string lan_interface;         // empty only where `lan` is
  std::optional<Endpoint> endpoint;  // absent: behind NAT, it calls out and nobody calls it
  PublicKey public_key;
  int wan_mtu = 1500;
  Outer outer = Outer::ipv4;
  bool transit = true;
  bool metered = false;
  std::vector<IpAddress> overlay;  // derived; one per family of Mesh::overlay, IPv4 first
};

// One end of a link: how it looks from one of its two sites.
struct LinkEnd {
  SiteId site = 0;
  std::string interface;           // "gre-<peer's name>" or "wg-<…>" unless the file names it
  std::vector<IpAddress> address;  // derived; one per family of Mesh::link_pool, IPv4 first
};

// A link (adjacency): an unordered pair of sites that peer.
struct Link {
  std::array<LinkEnd, 2> ends;    // the lower id first
  std::vector<Prefix> subnet;     // one per family of Mesh::link_pool, IPv4 first
  int mtu = 0;                    // of the link's interface; the same at both ends
  std::optional<Rate> bandwidth;  // declared capacity
  Milliseconds bias{0};           // added to the cost
  bool metered = false;           // the link's own wish or one of its sites'
  std::optional<std::uint64_t> budget_bytes_per_day;
  Bfd bfd = Bfd::fast;

  bool has(SiteId site) const { return ends[0].site == site || ends[1].site == site; }
  const LinkEnd& own(SiteId self) const { return ends[0].site == self ? ends[0] : ends[1]; }
  const LinkEnd& peer(SiteId self) const { return ends[0].site == self ? ends[1] : ends[0]; }
};

// How a link's RTT becomes the figure that it is judged by under `path`: `steady` is the shipped method
// (docs/steering.md), `ewma` the formula of specification §6 with a fixed hysteresis and no margin on paths.
enum class Estimator : std::uint8_t { steady, ewma };

// Every default of the specification that can be set in the mesh file; [tuning] there has the same names.
struct Tuning {
  // Measuring (specification §5).
  Duration interval = std::chrono::seconds{15};          // one round
  Duration metered_interval = std::chrono::seconds{60};  // one round of a metered link
  int probes = 5;                                        // in a round; 1 … 20
  Duration probe_timeout = std::chrono::seconds{3};      // a later answer counts as received and late
  double smoothing = 0.1;                                // EWMA's α, above 0 and at most 1

  // Steering under `path` (docs/steering.md).
  Estimator estimator = Estimator::steady;
  double steadiness = 2.4;  // margins and steps in units of the links' own noise; 0 follows every round
  Duration memory =
      std::chrono::minutes{45};  // of a link's mean; 4/3 of it, of what the site's own load did to it

  // Cost (§6): C = β·r̂ + γ / max(b̂, ε) + δ·p̂ + bias.
  double cost_per_rtt_ms = 1.0;               // β, 1/ms
  double cost_per_inverse_bandwidth = 200.0;  // γ, ms·Mbit/s
  double cost_per_loss = 2000.0;              // δ, ms
  Rate cost_bandwidth_floor{100'000};         // ε

  // Stability (§7).
  int score_step = 5;                 // hysteresis of LP under `score`
  int score_margin = 8;               // hold-down of LP under `score`
  Ratio cost_step{0.10};              // hysteresis of the cost, relative …
  Milliseconds cost_step_floor{2.0};  // … and absolute; both must be exceeded
  Duration dwell = std::chrono::seconds{120};
  Duration earned_return = std::chrono::seconds{30};        // doubles with each drop
  Duration earned_return_limit = std::chrono::minutes{10};  // … up to this, and drops are remembered as long
  Ratio loss_boundary{0.05};
  Ratio loss_boundary_back{0.02};
  Milliseconds rtt_boundary{500.0};
  Milliseconds rtt_boundary_back{450.0};
  int publish_burst = 10;                             // tokens in the bucket
  Duration publish_refill = std::chrono::minutes{3};  // one more token each

  bool operator==(const Tuning&) const = default;
};

// Whether steering is by the steady method: links are judged in units of their own noise, and whole paths by
// a margin.
constexpr bool is_steady(Policy policy, Estimator estimator) {
  return policy == Policy::path && estimator == Estimator::steady;
}

struct Mesh {
  std::string name;
  std::vector<Prefix> overlay;    // IPv4 first
  std::vector<Prefix> link_pool;  // `links` in the file, IPv4 first
  int link_prefix = 30;           // of each IPv4 link subnet: 30 or 31
  std::vector<Prefix> lans;
  Policy policy = Policy::path;
  Encapsulation encapsulation = Encapsulation::gre;
  std::uint32_t community = 4'200'000'000;  // global administrator of the large communities
  Tuning tuning;
  std::vector<Site> sites;  // by id
  std::vector<Link> links;  // by (lower id, higher id)

  // Whether links carry this family.
  bool routes(Family family) const { return first_of_family(link_pool, family) != nullptr; }
  // The family of GRE's delivery header: IPv4 where the overlay has it. Absent without GRE.
  std::optional<Family> gre_family() const;

  const Site* find_site(SiteId id) const;
  const Site* find_site(std::string_view site_name) const;
  // The site's own links, by the peer's id.
  std::vector<const Link*> links_of(SiteId site) const;
};

// The port at which `peer` calls `site`; absent where nobody can. Without GRE each link has a port of its
// own: the endpoint's plus the peer's id.
std::optional<std::uint16_t> listening_port(const Mesh& mesh, const Site& site, SiteId peer);

// SHA-256 over the parsed mesh in canonical order: equal for two files that say the same. Comments, order
// and spelling do not count. `text` is 64 hex digits; `short_id` its first 32 bits (specification §2).
struct Fingerprint {
  std::string text;
  std::uint32_t short_id = 0;
};
Fingerprint fingerprint(const Mesh& mesh);

}  // namespace trimtab::mesh
