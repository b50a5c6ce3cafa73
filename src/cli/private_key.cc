#include "cli/private_key.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "os/files.h"
#include "util/check.h"

namespace trimtab::cli {
namespace {

constexpr std::size_t kTextLength = 44;  // base64 of 32 bytes
constexpr mode_t kOthersBits = 0077;

// Text that holds a secret: wiped, whichever way its scope ends.
template <std::size_t N>
struct SecretText {
  std::array<char, N> bytes{};
  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { sodium_memzero(bytes.data(), bytes.size()); }
};

// How much the file holds, up to the size of the buffer; below 0 where it cannot be read.
template <std::size_t N>
ssize_t read_into(int file, SecretText<N>& text) {
  std::size_t length = 0;
  while (length < N) {
    const ssize_t size = ::read(file, text.bytes.data() + length, N - length);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return -1;
    if (size == 0) break;
    length += static_cast<std::size_t>(size);
  }
  return static_cast<ssize_t>(length);
}

// The command as it must be typed for this file.
std::string keygen(const std::string& path, std::string_view option = "") {
  return fmt::format("`trimtab keygen{}{}`", option, path == kUsualPrivateKey ? "" : " --out " + path);
}

Result<network::PrivateKey> decode(const std::string& path, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  network::PrivateKey key{};
  std::size_t length = 0;
  const bool decoded = text.size() == kTextLength &&
                       sodium_base642bin(key.data(), key.size(), text.data(), text.size(), nullptr, &length,
                                         nullptr, sodium_base64_VARIANT_ORIGINAL) == 0 &&
                       length == key.size();
  if (!decoded) {
    sodium_memzero(key.data(), key.size());
    return Error{fmt::format("{} does not hold a WireGuard private key (one line of {} characters)", path,
                             kTextLength),
                 fmt::format("put the right one there, or move it away: {} makes another", keygen(path))};
  }
  return key;
}

}  // namespace

SecretKey SecretKey::generate() {
  TRIMTAB_CHECK(sodium_init() >= 0);
  network::PrivateKey bytes;
  randombytes_buf(bytes.data(), bytes.size());
  bytes.front() &= 0xf8;
  bytes.back() = static_cast<std::uint8_t>((bytes.back() & 0x7f) | 0x40);
  return SecretKey(bytes);
}

SecretKey::SecretKey(network::PrivateKey& bytes) : bytes_(bytes) {
  sodium_memzero(bytes.data(), bytes.size());
}

SecretKey::~SecretKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

mesh::PublicKey SecretKey::public_key() const {
  mesh::PublicKey key;
  crypto_scalarmult_base(key.bytes.data(), bytes_.data());
  return key;
}

Result<void> SecretKey::write(const std::string& path) const {
  SecretText<kTextLength + 2> text;
  sodium_bin2base64(text.bytes.data(), kTextLength + 1, bytes_.data(), bytes_.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.bytes[kTextLength] = '\n';
  auto written = os::create_file(path, {text.bytes.data(), kTextLength + 1}, 0600);
  if (written || written.error().number != EEXIST) return written;
  Error error = written.error();
  error.fix = fmt::format(
      "a key is never overwritten: {} prints its public one, and with --site NAME writes it into the mesh "
      "file",
      keygen(path, " --show"));
  return error;
}

Result<network::PrivateKey> read_private_key(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    const int number = errno;
    return Error{fmt::format("cannot read {}: {}", path, std::strerror(number)),
                 number == ENOENT   ? fmt::format("{} makes it", keygen(path))
                 : number == EACCES ? "run it as root"
                                    : "",
                 number};
  }
  struct stat status {};
  SecretText<kTextLength + 8> text;  // a longer file is not a key
  const bool known = ::fstat(file, &status) == 0;
  const ssize_t length = known ? read_into(file, text) : -1;
  const int number = errno;
  ::close(file);
  if (length < 0) return Error{fmt::format("cannot read {}: {}", path, std::strerror(number)), {}, number};
  if ((status.st_mode & kOthersBits) != 0) {
    return Error{fmt::format("{} has mode {:04o}: others than its owner may use the key", path,
                             status.st_mode & 07777),
                 fmt::format("chmod 0600 {}, and make a new key if somebody may have read it", path)};
  }
  return decode(path, {text.bytes.data(), static_cast<std::size_t>(length)});
}

}  // namespace trimtab::cli
