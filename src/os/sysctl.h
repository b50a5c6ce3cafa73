// Kernel settings below /proc/sys, by path: "net/ipv4/ip_forward". Those below net/ are the ones of this
// process's network namespace.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "util/address.h"
#include "util/result.h"

namespace trimtab::os {

// Without the newline at its end.
Result<std::string> read_sysctl(const std::string& path);
Result<void> write_sysctl(const std::string& path, std::string_view value);

// Of every entry of net/ipv4/conf or net/ipv6/conf (interfaces, `all`, `default`) the setting of that name,
// path -> value. Empty where the kernel does not have the family.
std::map<std::string, std::string> read_interface_sysctls(Family family, std::string_view setting);

// Tells apart boots and network namespaces: "<boot id>/<namespace number>".
std::string kernel_identity();

}  // namespace trimtab::os
