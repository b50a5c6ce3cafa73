// This site's WireGuard key: one line of base64 in a file that only its owner may read (specification §2).
#pragma once

#include <string>

#include "mesh/mesh.h"
#include "network/state.h"
#include "util/result.h"

namespace trimtab::cli {

constexpr const char* kUsualPrivateKey = "/etc/trimtab/private.key";

// A key that is wiped from memory when it goes out of scope.
class SecretKey {
 public:
  // From the system's random numbers, clamped as Curve25519 wants it.
  static SecretKey generate();
  // Takes the bytes over and wipes them where they were.
  explicit SecretKey(network::PrivateKey& bytes);
  SecretKey(SecretKey&& other) noexcept : SecretKey(other.bytes_) {}
  SecretKey& operator=(SecretKey&&) = delete;
  ~SecretKey();

  mesh::PublicKey public_key() const;
  // Into a file of mode 0600 that must not exist yet.
  Result<void> write(const std::string& path) const;

 private:
  network::PrivateKey bytes_{};
};

// Refuses a file that its group or others may read, naming the mode and the fix.
Result<network::PrivateKey> read_private_key(const std::string& path);

}  // namespace trimtab::cli
