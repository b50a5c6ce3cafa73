#include "mesh/addressing.h"

#include <algorithm>

#include "util/check.h"

namespace trimtab::mesh {

std::uint64_t link_index(SiteId one, SiteId other) {
  TRIMTAB_CHECK(one >= 1 && other >= 1 && one != other);
  const std::uint64_t low = std::min(one, other);
  const std::uint64_t high = std::max(one, other);
  return (high - 1) * (high - 2) / 2 + (low - 1);
}

SiteId largest_overlay_id(const Prefix& overlay) {
  const int host_bits = address_bits(overlay.address.family) - overlay.length;
  if (host_bits >= 17) return kMaxSiteId;
  const SiteId broadcast = overlay.address.family == Family::ipv4 ? 1 : 0;
  return host_bits < 2 ? 0 : std::min(kMaxSiteId, (SiteId{1} << host_bits) - 1 - broadcast);
}

SiteId largest_link_id(const Prefix& pool, int link_prefix) {
  const int index_bits = link_prefix - pool.length;
  if (index_bits < 0) return 0;
  const std::uint64_t subnets = std::uint64_t{1} << std::min(index_bits, 32);
  SiteId id = 1;
  while (id < kMaxSiteId && link_index(id, id + 1) < subnets) ++id;
  return id < 2 ? 0 : id;
}

IpAddress overlay_address(const Prefix& overlay, SiteId id) {
  TRIMTAB_CHECK(id >= 1 && id <= largest_overlay_id(overlay));
  return overlay.network().plus(id);
}

Prefix link_subnet(const Prefix& pool, int link_prefix, SiteId one, SiteId other) {
  const int host_bits = address_bits(pool.address.family) - link_prefix;
  const IpAddress first = pool.network().plus(link_index(one, other) << host_bits);
  TRIMTAB_CHECK(pool.contains(first));
  return {first, link_prefix};
}

IpAddress link_address(const Prefix& subnet, int end) {
  TRIMTAB_CHECK(end == 0 || end == 1);
  const int host_bits = address_bits(subnet.address.family) - subnet.length;
  return subnet.network().plus(static_cast<std::uint64_t>(end) + (host_bits > 1 ? 1 : 0));
}

}  // namespace trimtab::mesh
