// The parts of plan_up(), each in a file of its own. Every part adds its steps, conflicts and notes to
// `plan`, and writes into plan.memory what must be remembered; `before` is what the last `up` remembered.
#pragma once

#include "network/plan.h"

namespace trimtab::network {

void plan_files(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan);
void plan_table(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan);
void plan_sysctls(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan);

// Key, port and peers of one interface.
void plan_wireguard(const WantedWireGuard& wanted, const WantedState& state, const FoundState& found,
                    const Memory& before, Plan& plan);

// The first interface and the links, with their settings and addresses; plan_routes() runs between the two.
void plan_underlay(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan);
void plan_routes(const WantedState& wanted, const FoundState& found, Plan& plan);
// Those of ours that are no longer wanted. Before the interfaces: with its last IPv4 address an interface
// loses its routes by itself.
void plan_stale_routes(const WantedState& wanted, const FoundState& found, Plan& plan);
void plan_links(const WantedState& wanted, const FoundState& found, const Memory& before, Plan& plan);
// Links that the mesh file no longer has.
void plan_leftovers(const WantedState& wanted, const FoundState& found, Plan& plan);

// A peer that somebody else gave one of our interfaces: known where there is memory of those that `up` did.
bool is_foreign(const FoundPeer& peer, const Memory& memory);
Error foreign_peer(const std::string& interface, const FoundPeer& peer);

void remember(Plan& plan, const std::string& path, const std::string& before, const std::string& ours);
// "net/ipv4/conf/gre-b/rp_filter"
std::string setting_path(Family family, std::string_view interface, std::string_view setting);
std::string rp_filter_path(std::string_view interface);
// "setting net.ipv4.conf.gre-b.rp_filter": as sysctl(8) names it.
std::string sysctl_object(std::string_view path);

}  // namespace trimtab::network
