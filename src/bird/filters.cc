#include "bird/filters.h"

#include <fmt/format.h>

#include "bird/configuration.h"
#include "bird/metrics_file.h"

namespace trimtab::bird {
namespace {

constexpr const char* kRefuse = R"(
# The neighbour speaks first in the path, only sites of the mesh stand in it, and the last one has the LAN.
function refuse_foreign_route(int neighbour_asn)
{
  if bgp_path.first != neighbour_asn then reject;
  if delete(bgp_path, MESH_ASNS).len > 0 then reject;
  refuse_foreign_lan();
}
)";

// The largest of several costs counts: whoever sends two gains nothing.
std::string value_by_path(const mesh::Mesh& mesh) {
  return fmt::format(R"(
# The cost that the route has accumulated, plus that of the link it came in on: the way the traffic will take.
# A favoured prefix is preferred as if it came cheaper; what is announced stays the true sum. A favour that is
# not below the link's own cost counts as one that is: with more, sites can chase each other for ever.
function value_route(int link_cost; int favour; prefix set favoured)
int path_cost;
int preferred_by;
lclist costs_received;
lclist fingerprints_received;
{{
  costs_received = filter(bgp_large_community, [({0}, {1}, *)]);
  fingerprints_received = filter(bgp_large_community, [({0}, {2}, *)]);
  path_cost = {3};
  if costs_received.len > 0 then path_cost = costs_received.max.data2;
  else if bgp_path.len = 1 then path_cost = 0;
  if path_cost > {4} then reject;
  path_cost = path_cost + link_cost;
  bgp_large_community.delete([({0}, *, *)]);
  bgp_large_community.add(({0}, {1}, path_cost));
  if fingerprints_received.len > 0 then bgp_large_community.add(fingerprints_received.min);
  preferred_by = 0;
  if net ~ favoured then {{
    if favour > {6} then preferred_by = path_cost;
    else if path_cost > {7} then preferred_by = path_cost / {6} * favour;
    else preferred_by = path_cost * favour / {6};
  }}
  if preferred_by >= link_cost then preferred_by = link_cost - 1;
  bgp_local_pref = {5} - path_cost + preferred_by;
}}
)",
                     mesh.community, kCostKind, kFingerprintKind, kLastResortCost, kCostLimit,
                     kBestPreference, kWholePath, UINT32_MAX / kWholePath);
}

std::string value_by_score(const mesh::Mesh& mesh) {
  return fmt::format(R"(
# What the link is worth that the route came in on, whatever lies behind it.
function value_route(int link_preference)
lclist fingerprints_received;
{{
  fingerprints_received = filter(bgp_large_community, [({0}, {1}, *)]);
  bgp_large_community.delete([({0}, *, *)]);
  if fingerprints_received.len > 0 then bgp_large_community.add(fingerprints_received.min);
  bgp_local_pref = link_preference;
}}
)",
                     mesh.community, kFingerprintKind);
}

std::string announce(const mesh::Mesh& mesh, const mesh::Site& self) {
  const std::string cost =
      mesh.policy == mesh::Policy::path
          ? fmt::format("    bgp_large_community.add(({}, {}, 0));\n", mesh.community, kCostKind)
          : std::string{};
  const char* others = self.transit ? "  # Never back to the one it came from.\n"
                                      "  if bgp_path.first = neighbour_asn then reject;\n"
                                      "  accept;\n"
                                    : "  # transit = false: this site carries its own traffic only.\n"
                                      "  reject;\n";
  return fmt::format(R"(
# Our own LANs, at no cost, with the mark of the mesh file that they come from; then what others have announced.
function announce(int neighbour_asn)
{{
  if source != RTS_BGP then {{
    if dest = RTD_UNREACHABLE then reject;
{0}    bgp_large_community.add(({1}, {2}, MESH_FINGERPRINT));
    accept;
  }}
{3}}}
)",
                     cost, mesh.community, kFingerprintKind, others);
}

}  // namespace

std::string filter_functions(const mesh::Mesh& mesh, const mesh::Site& self) {
  const std::string value = mesh.policy == mesh::Policy::path ? value_by_path(mesh) : value_by_score(mesh);
  return kRefuse + value + announce(mesh, self);
}

}  // namespace trimtab::bird
