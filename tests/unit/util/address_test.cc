#include "util/address.h"

#include <gtest/gtest.h>

namespace trimtab {
namespace {

TEST(Address, ReadsBothFamiliesAndNothingElse) {
  EXPECT_EQ(parse_address("10.255.0.7")->text(), "10.255.0.7");
  EXPECT_EQ(parse_address("2001:DB8::0:1")->text(), "2001:db8::1");
  for (const char* bad : {"", "10.0.0", "10.0.0.256", "010.0.0.1x", "host", "fe80::1%eth0", "1.2.3.4/8"}) {
    EXPECT_FALSE(parse_address(bad)) << bad;
  }
  EXPECT_FALSE(parse_address(std::string_view("10.0.0.1\0x", 10)));
}

TEST(Address, CountsUpwardsAcrossBytes) {
  EXPECT_EQ(parse_address("172.31.0.255")->plus(2).text(), "172.31.1.1");
  EXPECT_EQ(parse_address("fd00::ffff")->plus(1).text(), "fd00::1:0");
  EXPECT_EQ(IpAddress::ipv4(0x0a000001).ipv4_host_order(), 0x0a000001U);
}

TEST(Prefix, ReadsWhatAPersonWrites) {
  EXPECT_EQ(parse_prefix("10.10.1.0/24")->text(), "10.10.1.0/24");
  EXPECT_EQ(parse_prefix("0.0.0.0/0")->length, 0);
  EXPECT_EQ(parse_prefix("fd00::/127")->length, 127);
  for (const char* bad : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/024", "10.0.0.0/-1", "::/129",
                          "/8", "10.0.0.0/8 "}) {
    EXPECT_FALSE(parse_prefix(bad)) << bad;
  }
}

TEST(Prefix, ContainsAndOverlaps) {
  const Prefix lan = *parse_prefix("10.10.1.0/24");
  EXPECT_TRUE(lan.contains(*parse_address("10.10.1.255")));
  EXPECT_FALSE(lan.contains(*parse_address("10.10.2.0")));
  EXPECT_TRUE(lan.overlaps(*parse_prefix("10.10.0.0/16")));
  EXPECT_FALSE(lan.contains(*parse_prefix("10.10.0.0/16")));
  EXPECT_FALSE(lan.overlaps(*parse_prefix("::/0")));
  EXPECT_TRUE(parse_prefix("10.10.1.1/24")->has_host_bits());
  EXPECT_FALSE(lan.has_host_bits());
}

}  // namespace
}  // namespace trimtab
