// Which addresses follow from the ids alone (specification §2). A pair's subnet depends on its two ids and on
// nothing else, so adding or removing a site never renumbers another.
#pragma once

#include <cstdint>
#include <optional>

#include "mesh/mesh.h"
#include "util/address.h"

namespace trimtab::mesh {

// Ids are 1 … this, whatever the prefixes would hold.
inline constexpr SiteId kMaxSiteId = 65535;

// An IPv6 link's subnet is a /127 (RFC 6164), whatever `link_prefix` says of IPv4's.
inline constexpr int kIpv6LinkPrefix = 127;

// For ids i < j: (j−1)(j−2)/2 + (i−1). Either order of the two is taken; they must differ and be at least 1.
std::uint64_t link_index(SiteId one, SiteId other);

// The largest id that has an address in `overlay` (the network's own and IPv4's broadcast address are
// nobody's).
SiteId largest_overlay_id(const Prefix& overlay);

// The largest id all of whose links have a subnet of `link_prefix` bits in `pool`: 181 for /30 in a /16.
SiteId largest_link_id(const Prefix& pool, int link_prefix);

// Site n's address on wg0: network + n. The id must fit.
IpAddress overlay_address(const Prefix& overlay, SiteId id);

// pool + link_index × size. The ids must fit.
Prefix link_subnet(const Prefix& pool, int link_prefix, SiteId one, SiteId other);

// The address of the lower (end 0) or higher id (end 1) in a link's subnet: /30 has .1 and .2, /31 has .0 and
// .1, /127 has ::0 and ::1.
IpAddress link_address(const Prefix& subnet, int end);

}  // namespace trimtab::mesh
