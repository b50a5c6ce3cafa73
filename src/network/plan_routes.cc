// The routes to the peers' overlay addresses. Ours by protocol number and interface.
#include <fmt/core.h>

#include <algorithm>

#include "network/plan_parts.h"

namespace trimtab::network {
namespace {

std::string object_of(const Route& route) {
  return fmt::format("route {} to {}", route.to.text(), route.interface);
}

bool is_own(const FoundRoute& route) {
  return route.protocol == kRouteProtocol && route.interface == kUnderlay;
}

void add_route(const Route& route, const FoundState& found, Plan& plan) {
  for (const FoundRoute& other : found.routes) {
    // The kernel takes a second route to the same prefix only with another metric.
    if (other.to != route.to || other.metric != default_metric(route.to.address.family)) continue;
    if (is_own(other)) return;
    plan.conflicts.push_back(
        {fmt::format("a route to {} exists that is not trimtab's (interface {}, protocol {})",
                     other.to.text(), other.interface.empty() ? "none" : other.interface, other.protocol),
         fmt::format("delete it: ip route delete {}", other.to.text())});
    return;
  }
  plan.steps.push_back({Change::add, object_of(route), {}, AddRoute{route}, {DeleteRoute{route}}});
}

}  // namespace

void plan_stale_routes(const WantedState& wanted, const FoundState& found, Plan& plan) {
  for (const FoundRoute& present : found.routes) {
    const Route route{present.to, present.interface};
    const bool kept = std::count(wanted.routes.begin(), wanted.routes.end(), route) != 0;
    if (kept || !is_own(present)) continue;
    plan.steps.push_back({Change::remove, object_of(route), {}, DeleteRoute{route}, {AddRoute{route}}});
  }
}

void plan_routes(const WantedState& wanted, const FoundState& found, Plan& plan) {
  for (const Route& route : wanted.routes) add_route(route, found, plan);
}

}  // namespace trimtab::network
