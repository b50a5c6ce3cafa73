// WireGuard's public keys as text: base64 of 32 bytes, as `wg pubkey` prints them.
#pragma once

#include <string>
#include <string_view>

#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::mesh {

// Refuses other lengths, and the few points with which everybody would share the same secret (low order).
// What WireGuard takes is taken, also a number above the field's.
Result<PublicKey> parse_public_key(std::string_view text);

std::string format_public_key(const PublicKey& key);

}  // namespace trimtab::mesh
