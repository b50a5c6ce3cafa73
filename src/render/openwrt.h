// What makes a site of an OpenWrt router beside UCI's own sections: scripts and lists.
#pragma once

#include <string>
#include <vector>

#include "mesh/public_key.h"
#include "render/rendered.h"

namespace trimtab::render {

// Puts uci.batch in the place of what an earlier one made. `devices` are the sections of the network whose
// names are not trimtab's to choose; one that is there without trimtab's mark is not touched. WireGuard gets
// its peers from the underlay's wireguard_file. A private key that does not belong to `own_key` is refused.
// With --remove everything goes instead. Where it fails before it has committed, UCI is as it was.
std::string apply_script(const network::WantedState& state, const Router& router,
                         const std::vector<std::string>& devices, const mesh::PublicKey& own_key);

// procd's scripts of BIRD and of the daemon. The first lays the neutral metrics file where BIRD looks for it.
std::string bird_script(const network::WantedState& state, const Router& router);
std::string daemon_script(const network::WantedState& state, const Router& router);

// What an upgrade of the firmware keeps.
std::string keep_list(const Router& router);

// Dotted names, in which OpenWrt looks for a new interface's settings.
std::string openwrt_settings(const network::WantedState& state);

}  // namespace trimtab::render
