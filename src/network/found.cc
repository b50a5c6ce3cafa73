#include "network/found.h"

#include <algorithm>

namespace trimtab::network {

bool FoundInterface::is_own() const {
  return interface.alias.starts_with(kMark) || (interface.alias.empty() && group == kInterfaceGroup);
}

const FoundInterface* FoundState::find(std::string_view name) const {
  const auto found = std::find_if(interfaces.begin(), interfaces.end(), [&](const FoundInterface& candidate) {
    return candidate.interface.name == name;
  });
  return found == interfaces.end() ? nullptr : &*found;
}

const FoundInterface* FoundState::find_own(const Interface& wanted) const {
  const FoundInterface* present = find(wanted.name);
  return present != nullptr && present->is_own() && present->interface.kind == wanted.kind ? present
                                                                                           : nullptr;
}

}  // namespace trimtab::network
