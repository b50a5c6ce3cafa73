// What fits through a link (specification §3). A packet from a LAN crosses: outer IP 20 or 40, UDP 8,
// WireGuard 32, and with GRE its own delivery header 20 or 40, GRE 4. The delivery header is what many
// write-ups forget. `gre` is the family of that header, as Mesh::gre_family() has it; absent: no GRE.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "mesh/mesh.h"

namespace trimtab::mesh {

// Every IPv4 host takes 576 bytes (RFC 791); below that a path is not worth having.
inline constexpr int kMinLinkMtu = 576;
// The kernel takes IPv6 off an interface below this (RFC 8200).
inline constexpr int kMinIpv6Mtu = 1280;

// Rounds of a link from one probe as long as its MTU to the next: an hour at the shipped pace, for a
// hundredth of what the rounds cost. Half would cost twice as much; twice is how long a new black hole stays
// unseen.
inline constexpr int kRoundsPerFullSizeProbe = 240;

// Of a link whose file names none, where that fits: 1400, and the 24 bytes more that no GRE leaves.
int default_link_mtu(std::optional<Family> gre);

// What WireGuard adds: 60 bytes over IPv4, 80 where it may run over IPv6.
int wireguard_overhead(Outer outer);

// What GRE adds: 24 bytes over an IPv4 overlay, 44 over IPv6 (`encaplimit none`), none where there is none.
int gre_overhead(std::optional<Family> gre);

// wg0's MTU at `site`: its WAN's less WireGuard's part, the larger one where any peer may be reached over
// IPv6.
int underlay_mtu(const Mesh& mesh, SiteId site);

// The largest packet that passes between two ends alike: their WAN, the family outside, GRE.
int link_mtu_bound(int wan_mtu, Outer outer, std::optional<Family> gre);

// One end of a link, as far as its MTU goes.
struct MtuEnd {
  int wan_mtu = 0;
  Outer outer = Outer::ipv4;  // its own family outside: what is sent to it runs over that
  Outer peers =
      Outer::ipv4;  // the widest of all its peers': what its wg0 is made for; without GRE the peer's
};

struct MtuBound {
  int bytes = 0;
  std::size_t narrower = 0;  // the end that it comes from
  int padding = 0;           // bytes lost to the other end's padding
};

// The largest packet that passes both ways. WireGuard pads to 16 bytes, up to the MTU of the *sender's* wg0:
// towards a peer whose WAN is narrower, that padding is sent too and would be fragmented on the way (the
// packets carry no DF), so there the bound is what fits padded. Without GRE the link's own MTU, the same at
// both ends, is what it pads up to.
MtuBound link_mtu_bound(const std::array<MtuEnd, 2>& ends, std::optional<Family> gre);

// "1500 (WAN) - 20 (outer IPv4) - 8 (UDP) - 32 (WireGuard) - 20 (IPv4 delivery header) - 4 (GRE) = 1416"
std::string link_mtu_sum(int wan_mtu, Outer outer, std::optional<Family> gre);

}  // namespace trimtab::mesh
