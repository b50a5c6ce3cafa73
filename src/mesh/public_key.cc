#include "mesh/public_key.h"

#include <fmt/core.h>
#include <sodium.h>

#include <array>

namespace trimtab::mesh {
namespace {

constexpr std::size_t kTextLength = 44;  // base64 of 32 bytes, with one "="

// Any scalar tells: clamping makes it a multiple of eight, and that takes a point of low order to zero, which
// libsodium refuses.
bool has_low_order(const PublicKey& key) {
  constexpr std::array<std::uint8_t, 32> kAnyScalar{1};
  std::array<std::uint8_t, 32> shared;
  return crypto_scalarmult(shared.data(), kAnyScalar.data(), key.bytes.data()) != 0;
}

}  // namespace

Result<PublicKey> parse_public_key(std::string_view text) {
  PublicKey key;
  std::size_t length = 0;
  const char* end = nullptr;
  const bool decoded = text.size() == kTextLength &&
                       sodium_base642bin(key.bytes.data(), key.bytes.size(), text.data(), text.size(),
                                         nullptr, &length, &end, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                       length == key.bytes.size() && end == text.data() + text.size();
  if (!decoded) {
    return Error{"not a WireGuard public key",
                 "write the 44 characters that `trimtab keygen` or `wg pubkey` prints"};
  }
  if (has_low_order(key)) {
    return Error{"a public key that no private key has", "write what `trimtab keygen` or `wg pubkey` prints"};
  }
  return key;
}

std::string format_public_key(const PublicKey& key) {
  std::array<char, kTextLength + 1> text{};
  sodium_bin2base64(text.data(), text.size(), key.bytes.data(), key.bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  return text.data();
}

}  // namespace trimtab::mesh
