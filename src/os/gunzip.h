// Unpacks gzip (RFC 1952) by zlib, in memory, with a bound: a small file may unpack to anything.
#pragma once

#include <string>
#include <string_view>

#include "util/result.h"

namespace trimtab::os {

bool is_gzip(std::string_view bytes);

// All members one after another, as gzip does. Errors: damaged, cut short, longer than `limit`.
Result<std::string> gunzip(std::string_view bytes, std::size_t limit);

}  // namespace trimtab::os
