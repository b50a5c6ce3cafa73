#include "engine/endpoint_way.h"

#include <fmt/format.h>

#include "netlink/refusal.h"

namespace trimtab::engine {
namespace {

std::string_view what_takes_it(netlink::NoWay none) {
  switch (none) {
    case netlink::NoWay::blackhole:
      return "a blackhole route or rule takes what is for";
    case netlink::NoWay::unreachable:
      return "an unreachable route takes what is for";
    case netlink::NoWay::prohibit:
      return "a prohibit route or rule takes what is for";
    case netlink::NoWay::no_route:
    case netlink::NoWay::reverse_path:  // of what arrived; nobody asks about that here
      break;
  }
  return "this router has no way to";
}

std::string sentence(netlink::NoWay none, const std::string& endpoint) {
  return fmt::format("{} its endpoint {}: see `{}`", what_takes_it(none), endpoint,
                     netlink::command_for_dropped(endpoint));
}

}  // namespace

std::optional<std::string> endpoint_fault(const netlink::RouteQuestions::Answer& answer,
                                          const netlink::InterfaceTable& interfaces,
                                          const std::function<bool(const netlink::Interface&)>& in_mesh) {
  const std::string address = answer.destination.text();
  if (const auto* none = std::get_if<netlink::NoWay>(&answer.way)) return sentence(*none, address);
  const auto& route = std::get<netlink::Route>(answer.way);
  if (netlink::leads_here(route)) return fmt::format("its endpoint {} is this router's own address", address);
  const netlink::Interface* interface = interfaces.find(route.interface_index);
  if (interface == nullptr) return std::nullopt;  // several next hops, or one that came just now
  if (in_mesh(*interface)) {
    return fmt::format("its endpoint {} is routed into the mesh, by {}; it needs a route by the uplink",
                       address, interface->name);
  }
  if (interface->up && interface->running) return std::nullopt;
  return fmt::format("{}, which leads to its endpoint {}, {}", interface->name, address,
                     interface->up ? "has no carrier" : "is down");
}

}  // namespace trimtab::engine
