// Why nothing this router sends reaches a neighbour's WireGuard endpoint, as far as its own kernel knows.
// WireGuard does not tell: it drops what it cannot send, and the link is silent as if the peer were gone.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "netlink/interface_table.h"
#include "netlink/route_questions.h"

namespace trimtab::engine {

// A sentence for a person; nothing where the kernel would send. in_mesh: whether an interface is the mesh's
// own.
std::optional<std::string> endpoint_fault(const netlink::RouteQuestions::Answer& answer,
                                          const netlink::InterfaceTable& interfaces,
                                          const std::function<bool(const netlink::Interface&)>& in_mesh);

}  // namespace trimtab::engine
