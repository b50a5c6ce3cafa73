#include "network/monthly_cost.h"

#include <gtest/gtest.h>

#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

// 44 + 24 (GRE) is padded to 80, + 60 (WireGuard over IPv4) = 140 bytes; five probes each way in 15 s,
// answered. And a probe of 1400 bytes every 240 rounds: with 24 + 60 it is 1484.
TEST(MonthlyCost, CountsEveryHeaderOfProbesAndBfd) {
  const auto costs = monthly_costs(test::four_sites(), test::kA);
  ASSERT_EQ(costs.size(), 2u);
  EXPECT_EQ(costs[0].neighbour, test::kB);
  EXPECT_EQ(costs[0].probe_bytes, 2'592'000u / 15 * 5 * 4 * 140 + 720 * 4 * 1484);
  EXPECT_EQ(costs[0].bfd_bytes, 2'592'000ull * 10 * 2 * 140) << "121 MB a day and direction";
}

TEST(MonthlyCost, MeteredLinkCostsATenthAndLess) {
  mesh::Mesh mesh = test::four_sites();
  test::link(mesh, test::kA, test::kB).metered = true;
  test::link(mesh, test::kA, test::kB).bfd = mesh::Bfd::slow;
  const auto costs = monthly_costs(mesh, test::kA);
  EXPECT_EQ(costs[0].probe_bytes * 4, costs[1].probe_bytes);
  EXPECT_EQ(costs[0].bfd_bytes * 10, costs[1].bfd_bytes);
}

TEST(MonthlyCost, WithoutBfdOnlyProbesCost) {
  mesh::Mesh mesh = test::four_sites();
  test::link(mesh, test::kA, test::kB).bfd = mesh::Bfd::off;
  EXPECT_EQ(monthly_costs(mesh, test::kA)[0].bfd_bytes, 0u);
}

}  // namespace
}  // namespace trimtab::network
