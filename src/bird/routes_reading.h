// Which way each prefix goes, and what every neighbour's offer of it costs, under policy `path`: the reading
// that favours (metrics_file.h) follow. One command for the whole table; its reply is taken in line by line
// as it comes.
//
// The command has BIRD put the accumulated cost where a route's heading shows the last ASN of its path, so
// that the heading says all and the attributes need not be asked for: 95 bytes a route instead of 300. The
// routes themselves stay as they are.
//
// What one reading costs (BIRD 2.0.12 on two cores of a desktop): 6 routes of four sites 590 bytes and 0.2
// ms, 360 routes (60 prefixes from 6 neighbours each) 34 kB, 1.3 ms until it is here and 0.3 ms of BIRD's
// CPU. All attributes of the 360 were 107 kB and 0.65 ms of CPU; `show route primary`, which knows no costs,
// is 5.9 kB.
//
// A reading is one moment's per prefix, not of the table: BIRD goes on working while it tells. Right after
// `configure` it may still tell old costs where the table is large, since BIRD takes routes in again in
// portions, and from BIRD 3, which answers before it is done: what matters is read once more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bird/reply.h"
#include "mesh/mesh.h"
#include "util/address.h"
#include "util/result.h"

namespace trimtab::bird {

struct Offer {
  mesh::SiteId neighbour = 0;
  // 0.1 ms, our own link to the neighbour included as BIRD had its cost when it took the route in: what the
  // neighbour announced is this minus that published cost. At least 1.
  std::uint32_t cost = 0;
  bool operator==(const Offer&) const = default;
};

struct PrefixRoutes {
  Prefix prefix;
  std::optional<mesh::SiteId> chosen;  // absent: none of our neighbours' offers is the best route
  std::vector<Offer> offers;           // by neighbour
  bool operator==(const PrefixRoutes&) const = default;
};

// `community`: Mesh::community.
std::string read_routes_command(std::uint32_t community);

class RoutesReading {
 public:
  // The reply in its parts. What is no route of a neighbour of ours is passed over.
  void take(const Reply& part);

  // The last part, and with it what was read, by prefix. A reply that failed, or was too long, is an error:
  // half a table is none.
  Result<std::vector<PrefixRoutes>> finish(const Reply& rest) &&;

 private:
  void take_line(const ReplyLine& line);

  std::vector<PrefixRoutes> prefixes_;
  bool known_prefix_ = false;  // the last heading's prefix is prefixes_.back()
};

}  // namespace trimtab::bird
