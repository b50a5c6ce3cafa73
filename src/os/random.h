// Unpredictable bytes from the kernel.
#pragma once

#include <cstdint>
#include <span>

namespace trimtab::os {

void fill_random(std::span<std::uint8_t> bytes);
std::uint64_t random_seed();

}  // namespace trimtab::os
