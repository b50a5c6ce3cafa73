// The metrics file: the only thing that the daemon ever writes for BIRD. Nothing but `define` lines, those of
// one neighbour together, neighbours by id, and a last one that bird.conf needs, since BIRD takes an empty
// include for a good one:
//
//   define COST_2 = 213;            under `path`: the link's published cost, 0.1 ms, 1 … 10,000,000
//   define FAVOUR_2 = 57;           … for how much less its favoured prefixes count, ‰ of the whole path
//   define FAVOURED_2 = [ 10.10.4.0/24, 10.10.5.0/24 ];    … those prefixes, ascending: IPv4 …
//   define FAVOURED6_2 = [ fd10:4::/64 ];                  … and IPv6, since BIRD wants one family to a set
//   define PREFERENCE_2 = 154;      under `score`: the LOCAL_PREF of what comes in on the link
//   define METRICS_COMPLETE = 2871234567;    the mark: a hash of the lines before; 0: neutral, nothing was
//                                   ever published
//
// BIRD tells which mark it runs with (`eval METRICS_COMPLETE`), so nobody needs to tell it twice; and a line
// changed by hand no longer fits the mark. A trimtab that knew no marks wrote 1, which is read as fitting.
//
// Every neighbour has all of its lines always, so that bird.conf names nothing undefined. No prefixes at all
// are `[ 0.0.0.0/32 ]` or `[ ::/128 ]`, which is nobody's: BIRD before 2.0.12 has no empty set.
//
// A favour changes what is chosen here, never what is announced. bird.conf keeps what it comes to below the
// cost of its link, because BGP need not settle otherwise: docs/convergence.md.
//
// Before the daemon has run a *neutral* file stands there: every link at last resort (LOCAL_PREF 0), so that
// BIRD connects the mesh by the fewest hops and nobody elsewhere takes an unmeasured link for a good one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mesh/mesh.h"
#include "util/address.h"
#include "util/result.h"

namespace trimtab::bird {

// What an unmeasured link publishes: the worst cost, the lowest preference.
inline constexpr std::uint32_t kLastResortCost = 10'000'000;
inline constexpr std::uint32_t kLastResortPreference = 0;

inline constexpr std::uint32_t kWholePath = 1000;

// Routes to these prefixes are taken for cheaper than they are where they come from this neighbour.
struct Favour {
  mesh::SiteId neighbour = 0;
  std::uint32_t per_mille = 0;  // of the whole path's cost, up to kWholePath
  std::vector<Prefix> prefixes;

  bool operator==(const Favour&) const = default;
};

struct Metrics {
  mesh::Policy policy = mesh::Policy::path;
  std::vector<std::pair<mesh::SiteId, std::uint32_t>> values;  // by neighbour, each once
  bool neutral = false;                                        // never published by a daemon
  std::vector<Favour> favours;  // under `path`; by neighbour, each once; left out: none

  bool operator==(const Metrics&) const = default;
};

// The same metrics give the same bytes, in whatever order neighbours and prefixes come. A favour above
// kWholePath is written as that; favours of neighbours without a value are not written.
std::string format_metrics(const Metrics& metrics);

// Reads back what format_metrics wrote: after a restart, what is published is what was. Anything else, and a
// value that the policy cannot have, is an error that names the line. At most 1 MiB. The file of a trimtab
// that knew no favours, or none of IPv6, is read for what it has.
Result<Metrics> parse_metrics(std::string_view text);

// What must stand there for BIRD to take `self`'s bird.conf before any daemon has run.
Metrics neutral(const mesh::Mesh& mesh, mesh::SiteId self);

// The mark of a file that format_metrics wrote; absent where it is neutral, has none, or is none of ours.
std::optional<std::uint32_t> mark_of(std::string_view text);

// Do both speak of the same neighbours, under one policy? bird.conf names all of them and no others.
bool have_same_links(const Metrics& one, const Metrics& other);

// The same for a changed mesh file: links that stay keep values and favours, new ones are last resort, others
// go. Neutral where `before` is absent or of another policy. `up` writes this, never less: a restarted BIRD
// must find what was published.
Metrics carry_over(const mesh::Mesh& mesh, mesh::SiteId self, const std::optional<Metrics>& before);

}  // namespace trimtab::bird
