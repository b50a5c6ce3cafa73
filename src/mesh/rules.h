// What the values of a mesh file say of each other. Each rule reports its own mistakes, once per cause, and
// passes over what is absent: that was reported where it was read. None is quadratic in sites or links.
#pragma once

#include "mesh/draft.h"
#include "mesh/mistakes.h"
#include "mesh/mtu.h"

namespace trimtab::mesh {

// Finds the sites of every link and drops links that do not have two; without any [[link]], makes the full
// mesh. Runs before the rules below. With `incomplete`, sites may be missing only because their lines were
// passed over.
void resolve_links(Draft& draft, bool incomplete, Mistakes& mistakes);

// Names, ids, ASNs, keys and endpoints stand once.
void check_unique(const Draft& draft, Mistakes& mistakes);

// overlay, links and lans are apart; a LAN lies in lans and overlaps no other; nobody's endpoint lies in the
// mesh.
void check_prefixes(const Draft& draft, Mistakes& mistakes);

// What lans carries, links carries too. Every id has its addresses, and no link's subnet overlaps another's.
void check_addresses(const Draft& draft, Mistakes& mistakes);

// One end of each link can be called (pairs of the full mesh that cannot are dropped with a warning before),
// and every site is reached by some path.
void check_reach(const Draft& draft, Mistakes& mistakes);

// Interfaces fit the kernel, and are named once per site; without GRE, each link's port is there and is its
// own.
void check_interfaces(const Draft& draft, Mistakes& mistakes);

// No declared MTU is above what its link carries, and what has IPv6 on it has room for that.
void check_mtu(const Draft& draft, Mistakes& mistakes);

// --- shared between rules and build ---

// Per site: what WireGuard's packets may run over, judged by its links' peers.
std::vector<Outer> outer_of_peers(const Draft& draft);

// The name that the file gives to the link's interface at this end, else the derived one: "gre-<peer>", or
// "wg-<peer>" without GRE.
std::string interface_at(const Draft& draft, const DraftLink& link, int end);

// The family of GRE's delivery header; absent without GRE, or where no overlay was taken.
std::optional<Family> gre_family(const Draft& draft);

// What the file gives, or nothing.
const Said<Prefix>* declared_subnet(const DraftLink& link, Family family);

// Of each link's subnet in `pool`: link_prefix for IPv4, a /127 for IPv6.
int link_prefix_in(const Draft& draft, const Prefix& pool);

// The largest MTU that passes both ways; absent where a WAN's MTU was refused.
std::optional<MtuBound> mtu_bound(const Draft& draft, const DraftLink& link,
                                  const std::vector<Outer>& outer_of_peers);

}  // namespace trimtab::mesh
