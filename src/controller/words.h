// Decisions and views in words, for events, status and explain.
#pragma once

#include <string>
#include <string_view>

#include "controller/decision.h"

namespace trimtab::controller {

// Short names as they stand in JSON: "earning", "loss_boundary", "hold_down", "declared", …
std::string_view name(Standing standing);
std::string_view name(Drop drop);
std::string_view name(Reason reason);
std::string_view name(Holding holding);
std::string_view name(BandwidthSource source);

// "21.0 ms", "last resort", "154".
std::string show(Value value, mesh::Policy policy);

// Why, as a clause without the neighbour's name: "21.0 ms -> last resort: BFD went down; returns after 30s
// without a fault".
std::string sentence(const Decision& decision, mesh::Policy policy);

// What keeps the link's published value from the computed one, without the time: "would lower the cost again
// within the dwell time".
std::string sentence(Holding holding);

}  // namespace trimtab::controller
