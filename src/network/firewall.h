// The nft table of one site (specification §4): who may speak on a link, GRE only inside WireGuard, MSS
// clamp, transit untracked. Opening ports is the host firewall's affair: an accept here opens nothing
// elsewhere.
#pragma once

#include <string>
#include <string_view>

#include "mesh/mesh.h"

namespace trimtab::network {

inline constexpr std::string_view kTableFamily = "inet";
inline constexpr std::string_view kTableName = "trimtab";

// Text for `nft -f -` that replaces the whole table in one transaction.
std::string firewall_table(const mesh::Mesh& mesh, mesh::SiteId self);

// Whether `nft list table`'s answer is of a table that firewall_table() made.
bool is_own_table(std::string_view listing);

}  // namespace trimtab::network
