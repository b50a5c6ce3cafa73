// The metrics file: the only thing that the daemon ever writes for BIRD. Nothing but `define` lines, one per
// neighbour by id, and a last one that bird.conf needs, since BIRD takes an empty include for a good one:
//
//   define COST_2 = 213;            under `path`: the link's published cost, 0.1 ms, 1 … 10,000,000
//   define PREFERENCE_2 = 154;      under `score`: the LOCAL_PREF of what comes in on the link
//   define METRICS_COMPLETE = 1;    0: neutral, nothing was ever published
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
#include "util/result.h"

namespace trimtab::bird {

// What an unmeasured link publishes: the worst cost, the lowest preference.
inline constexpr std::uint32_t kLastResortCost = 10'000'000;
inline constexpr std::uint32_t kLastResortPreference = 0;

struct Metrics {
  mesh::Policy policy = mesh::Policy::path;
  std::vector<std::pair<mesh::SiteId, std::uint32_t>> values;  // by neighbour, each once
  bool neutral = false;                                        // never published by a daemon

  bool operator==(const Metrics&) const = default;
};

std::string format_metrics(const Metrics& metrics);

// Reads back what format_metrics wrote: after a restart, what is published is what was. Anything else, and a
// value that the policy cannot have, is an error that names the line. At most 1 MiB.
Result<Metrics> parse_metrics(std::string_view text);

// What must stand there for BIRD to take `self`'s bird.conf before any daemon has run.
Metrics neutral(const mesh::Mesh& mesh, mesh::SiteId self);

// The same for a changed mesh file: links that stay keep their values, new ones are last resort, others go.
// Neutral where `before` is absent or of another policy. `up` writes this, never less: a restarted BIRD must
// find what was published.
Metrics carry_over(const mesh::Mesh& mesh, mesh::SiteId self, const std::optional<Metrics>& before);

}  // namespace trimtab::bird
