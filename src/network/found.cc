#include "network/found.h"

#include <algorithm>

namespace trimtab::network {

bool FoundInterface::is_own() const {
  return interface.alias.starts_with(kMark) || (has_group_alone() && claimed);
}

bool FoundInterface::has_group_alone() const {
  return interface.alias.empty() && group == kInterfaceGroup;
}

bool is_claimed(const Interface& found, const std::vector<Interface>& wanted, const Memory& memory) {
  // Every interface that `up` makes has an address, and memory has it before the interface is there.
  return std::any_of(
             wanted.begin(), wanted.end(),
             [&](const Interface& one) { return one.name == found.name && one.kind == found.kind; }) ||
         std::any_of(memory.addresses.begin(), memory.addresses.end(),
                     [&](const Address& address) { return address.interface == found.name; });
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
