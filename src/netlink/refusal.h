// What the kernel's refusals mean to whoever changes links, addresses, routes or WireGuard.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace trimtab::netlink {

// What a person can do about it; empty where the kernel's own words say all that is known.
std::string_view cure(int number);

// The answer to a deletion of what is not there: as good as done.
bool means_gone(std::optional<int> number);

// What shows a person by which rule and route, of any table, packets to this address are dropped: of those
// `ip route get` says no more than an error's number.
std::string command_for_dropped(std::string_view destination);

}  // namespace trimtab::netlink
