// nft, the program: the one part of the kernel that is spoken to in text (OpenWrt's has no JSON).
#pragma once

#include <optional>
#include <string>

#include "util/result.h"

namespace trimtab::cli {

// What `nft list table inet trimtab` says; nothing where there is no such table.
Result<std::optional<std::string>> list_table();

// Whether nft would take it; changes nothing.
Result<void> check_table(const std::string& script);
// All of it or nothing.
Result<void> load_table(const std::string& script);
Result<void> delete_table();

}  // namespace trimtab::cli
