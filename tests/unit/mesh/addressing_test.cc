#include "mesh/addressing.h"

#include <gtest/gtest.h>

#include <set>

namespace trimtab::mesh {
namespace {

Prefix prefix(const char* text) {
  return *parse_prefix(text);
}

TEST(LinkIndex, CountsPairsWithoutAGapWhateverTheOrder) {
  std::uint64_t expected = 0;
  for (SiteId high = 2; high <= 40; ++high) {
    for (SiteId low = 1; low < high; ++low, ++expected) {
      EXPECT_EQ(link_index(low, high), expected) << low << "-" << high;
      EXPECT_EQ(link_index(high, low), expected) << low << "-" << high;
    }
  }
}

TEST(LargestId, IsWhatTheSpecificationSays) {
  EXPECT_EQ(largest_link_id(prefix("172.31.0.0/16"), 30), 181u);
  EXPECT_EQ(largest_link_id(prefix("172.31.0.0/16"), 31), 256u);
}

TEST(LargestId, OfSmallAndLargePools) {
  EXPECT_EQ(largest_link_id(prefix("172.31.0.0/30"), 30), 2u);
  EXPECT_EQ(largest_link_id(prefix("172.31.0.0/31"), 30), 0u);
  EXPECT_EQ(largest_link_id(prefix("172.31.0.0/29"), 31), 3u);
  EXPECT_EQ(largest_link_id(prefix("10.0.0.0/8"), 30), 2896u);
  EXPECT_EQ(largest_overlay_id(prefix("10.255.0.0/24")), 254u);
  EXPECT_EQ(largest_overlay_id(prefix("10.255.0.0/30")), 2u);
  EXPECT_EQ(largest_overlay_id(prefix("10.255.0.0/31")), 0u);
  EXPECT_EQ(largest_overlay_id(prefix("10.0.0.0/16")), 65534u);
  EXPECT_EQ(largest_overlay_id(prefix("10.0.0.0/8")), kMaxSiteId);
  EXPECT_EQ(largest_overlay_id(prefix("fd00::/126")), 3u) << "IPv6 has no broadcast address";
  EXPECT_EQ(largest_overlay_id(prefix("fd00::/64")), kMaxSiteId);
  EXPECT_EQ(largest_link_id(prefix("fd31::/127"), kIpv6LinkPrefix), 2u);
  EXPECT_EQ(largest_link_id(prefix("fd31::/112"), kIpv6LinkPrefix), 256u);
  EXPECT_EQ(largest_link_id(prefix("fd31::/64"), kIpv6LinkPrefix), kMaxSiteId);
}

TEST(LargestId, HoldsAllItsLinksAndTheNextOneDoesNot) {
  for (const char* text : {"172.31.0.0/16", "172.31.4.0/22", "172.31.0.0/24", "172.31.0.0/27"}) {
    for (const int bits : {30, 31}) {
      const Prefix pool = prefix(text);
      const SiteId largest = largest_link_id(pool, bits);
      const std::uint64_t subnets = 1u << (bits - pool.length);
      EXPECT_LT(link_index(largest - 1, largest), subnets) << text;
      EXPECT_GE(link_index(largest, largest + 1), subnets) << text;
    }
  }
}

TEST(Addresses, OfTheOverlay) {
  EXPECT_EQ(overlay_address(prefix("10.255.0.0/24"), 1).text(), "10.255.0.1");
  EXPECT_EQ(overlay_address(prefix("10.255.0.0/16"), 300).text(), "10.255.1.44");
  EXPECT_EQ(overlay_address(prefix("fd00:255::/64"), 300).text(), "fd00:255::12c");
}

// The same index as IPv4's, two addresses each; the last pair of ids is number 2,147,385,344.
TEST(Addresses, OfIpv6Links) {
  struct Row {
    SiteId low, high;
    const char *subnet, *first, *second;
  };
  const Row rows[] = {{1, 2, "fd31::/127", "fd31::", "fd31::1"},
                      {1, 3, "fd31::2/127", "fd31::2", "fd31::3"},
                      {2, 3, "fd31::4/127", "fd31::4", "fd31::5"},
                      {180, 181, "fd31::7f42/127", "fd31::7f42", "fd31::7f43"},
                      {65534, 65535, "fd31::fffd:0/127", "fd31::fffd:0", "fd31::fffd:1"}};
  for (const Row& row : rows) {
    const Prefix subnet = link_subnet(prefix("fd31::/64"), kIpv6LinkPrefix, row.high, row.low);
    EXPECT_EQ(subnet.text(), row.subnet);
    EXPECT_EQ(link_address(subnet, 0).text(), row.first);
    EXPECT_EQ(link_address(subnet, 1).text(), row.second);
  }
}

TEST(Addresses, OfLinks) {
  struct Row {
    int bits;
    SiteId low, high;
    const char *subnet, *first, *second;
  };
  // index (j-1)(j-2)/2 + (i-1), times the subnet's size
  const Row rows[] = {{30, 1, 2, "172.31.0.0/30", "172.31.0.1", "172.31.0.2"},
                      {30, 1, 3, "172.31.0.4/30", "172.31.0.5", "172.31.0.6"},
                      {30, 2, 3, "172.31.0.8/30", "172.31.0.9", "172.31.0.10"},
                      {30, 180, 181, "172.31.254.132/30", "172.31.254.133", "172.31.254.134"},
                      {31, 1, 2, "172.31.0.0/31", "172.31.0.0", "172.31.0.1"},
                      {31, 2, 3, "172.31.0.4/31", "172.31.0.4", "172.31.0.5"},
                      {31, 255, 256, "172.31.254.254/31", "172.31.254.254", "172.31.254.255"}};
  for (const Row& row : rows) {
    const Prefix subnet = link_subnet(prefix("172.31.0.0/16"), row.bits, row.high, row.low);
    EXPECT_EQ(subnet.text(), row.subnet);
    EXPECT_EQ(link_address(subnet, 0).text(), row.first);
    EXPECT_EQ(link_address(subnet, 1).text(), row.second);
  }
}

}  // namespace
}  // namespace trimtab::mesh
