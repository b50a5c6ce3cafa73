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

// Patience with a route has ended: "10.1.0.0/24 is kept on b no longer: another way has been cheaper for
// long, now by 30 %".
std::string kept_no_longer(std::string_view route, std::string_view neighbour, Ratio cheaper);

// What keeps the link's published value from the computed one, without the time: "would lower the cost again
// within the dwell time".
std::string sentence(Holding holding);

}  // namespace trimtab::controller
