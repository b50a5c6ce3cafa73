#include "engine/endpoint_way.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>

#include <cerrno>

namespace trimtab::engine {
namespace {

const char* what_drops(int number) {
  switch (number) {
    case EINVAL:
      return "a blackhole route";
    case EHOSTUNREACH:
      return "an unreachable route";
    case EACCES:
      return "a prohibit route";
    default:
      return nullptr;
  }
}

}  // namespace

std::optional<std::string> endpoint_fault(const IpAddress& endpoint,
                                          const netlink::RouteQuestions::Answer& answer,
                                          const netlink::InterfaceTable& interfaces,
                                          const std::function<bool(int)>& in_mesh) {
  const std::string address = endpoint.text();
  const std::string shown = fmt::format("; `ip route get {}` shows it", address);
  if (const char* dropping = what_drops(answer.refused))
    return fmt::format("{} takes what is for its endpoint {}{}", dropping, address, shown);
  if (answer.refused != 0) return fmt::format("this router has no route to its endpoint {}", address);
  if (answer.route.type == RTN_LOCAL)
    return fmt::format("its endpoint {} is this router's own address", address);
  const netlink::Interface* interface = interfaces.find(answer.route.interface_index);
  if (interface == nullptr) return std::nullopt;  // several next hops, or one that came just now
  if (in_mesh(interface->index))
    return fmt::format("its endpoint {} is routed into the mesh, by {}; it needs a route by the uplink",
                       address, interface->name);
  if (interface->up && interface->running) return std::nullopt;
  return fmt::format("{}, which leads to its endpoint {}, {}", interface->name, address,
                     interface->up ? "has no carrier" : "is down");
}

}  // namespace trimtab::engine
