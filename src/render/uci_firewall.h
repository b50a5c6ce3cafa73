// What a site asks of OpenWrt's firewall: two zones, openings, and trimtab's own nft table.
#pragma once

#include <string>
#include <vector>

#include "mesh/mesh.h"
#include "network/wanted.h"
#include "render/uci_text.h"

namespace trimtab::render {

struct UciNetworks {
  std::vector<std::string> underlays;  // sections of WireGuard's interfaces
  std::vector<std::string> links;      // and of the links'
  std::string table;                   // the file with trimtab's nft table
};

// Zones drop what nothing opens. Transit goes from link to link, inside the zone of all links.
void uci_firewall(UciText& uci, const mesh::Site& self, const network::WantedState& state,
                  const UciNetworks& networks);

}  // namespace trimtab::render
