#include "mesh/public_key.h"

#include <gtest/gtest.h>

#include "support/mesh_text.h"

namespace trimtab::mesh {
namespace {

PublicKey with_bytes(std::initializer_list<int> first, int last = 0) {
  PublicKey key;
  std::size_t i = 0;
  for (const int byte : first) key.bytes[i++] = static_cast<std::uint8_t>(byte);
  key.bytes.back() = static_cast<std::uint8_t>(last);
  return key;
}

TEST(PublicKey, ReadsWhatItWrites) {
  const std::string text = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=";
  const auto key = parse_public_key(text);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(format_public_key(*key), text);
}

TEST(PublicKey, RefusesOtherSpellings) {
  const std::string good = test::key_text(1);
  for (const std::string& bad :
       {std::string(), good.substr(1), good + "=", good + "\n", " " + good.substr(1), std::string(44, 'A'),
        good.substr(0, 43), good.substr(0, 43) + "A", "-" + good.substr(1), std::string(43, '/') + "="}) {
    EXPECT_FALSE(parse_public_key(bad).ok()) << bad;
  }
}

// The points of order 1, 2, 4 and 8 (two of each kind where there are two), also as a number above the
// field's.
TEST(PublicKey, RefusesPointsThatShareOneSecretWithEverybody) {
  PublicKey minus_one;
  minus_one.bytes.fill(0xff);
  minus_one.bytes.front() = 0xec;
  minus_one.bytes.back() = 0x7f;
  PublicKey prime = minus_one;
  prime.bytes.front() = 0xed;
  const PublicKey bad[] = {
      with_bytes({0}),
      with_bytes({1}),
      minus_one,
      prime,
      {{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
        0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00}},
      {{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
        0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57}},
      with_bytes({0}, 0x80),
  };
  for (const PublicKey& key : bad)
    EXPECT_FALSE(parse_public_key(format_public_key(key)).ok()) << format_public_key(key);
  EXPECT_TRUE(parse_public_key(format_public_key(with_bytes({9}))).ok());  // the base point
  EXPECT_TRUE(parse_public_key(format_public_key(with_bytes({9}, 0x80))).ok());
}

}  // namespace
}  // namespace trimtab::mesh
