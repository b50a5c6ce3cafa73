// Square files of RTTs, and the meshes that are made of them.
#include "sim/matrix.h"

#include <gtest/gtest.h>

#include "sim/topology.h"
#include "support/refusals.h"

namespace trimtab::sim {
namespace {

std::vector<std::string> names_of_links(const Topology& topology) {
  std::vector<std::string> names;
  for (const SimulatedLink& link : topology.links)
    names.push_back(topology.sites[link.ends[0]].name + "-" + topology.sites[link.ends[1]].name);
  return names;
}

TEST(Matrix, IsReadAsItStands) {
  const auto matrix = Matrix::parse(",1.5,\r\n2,0,3\n,4,\n");
  ASSERT_TRUE(matrix.ok()) << matrix.error().text();
  EXPECT_EQ(matrix->hosts(), 3U);
  EXPECT_EQ(matrix->rtt(0, 1), Milliseconds{1.5});
  EXPECT_EQ(matrix->rtt(1, 0), Milliseconds{2});
  EXPECT_EQ(matrix->rtt(0, 2), std::nullopt) << "no value is no value, not 0";
}

TEST(Matrix, IsRefusedByLine) {
  test::expect_refusals(Matrix::parse,
                        {
                            {"", "line 1: a matrix needs two hosts at least"},
                            {",1\n", "line 2: a matrix needs two hosts at least"},
                            {",\n,\n", "line 1: a matrix without any RTT has no link"},
                            {",1\n1,,2\n", "line 2: 3 columns where the first line has 2"},
                            {",1,2\n1,,2\n", "line 2: 2 lines where each has 3 columns"},
                            {",1\n1,\n1,2\n", "line 3: 3 lines where each has 2 columns"},
                            {",1\nx,\n", "line 2: column 1: \"x\" is no number"},
                            {",1\n-1,\n", "line 2: column 1: an RTT of -1 ms cannot be"},
                            {",1\n1,7\n", "line 2: column 2: a host's way to itself; leave it empty"},
                        });
}

// On a line: 1 at 0 ms, 2 at 10, 3 at 21, 4 at 60.
const char* const kLine = ",10,21,60\n10,,11,50\n21,11,,39\n60,50,39,\n";

TEST(Matrix, ADegreeLinksTheNearestOfEach) {
  const auto matrix = *Matrix::parse(kLine);
  EXPECT_EQ(names_of_links(topology_of(matrix, 1)), (std::vector<std::string>{"s1-s2", "s2-s3", "s3-s4"}))
      << "4 has 3 as its nearest, though 3 has 2";
  EXPECT_EQ(topology_of(matrix, std::nullopt).links.size(), 6U);
}

TEST(Matrix, WhatOneDirectionHasNotTheOtherLends) {
  const Topology topology = topology_of(*Matrix::parse(",7\n,\n"), std::nullopt);
  ASSERT_EQ(topology.links.size(), 1U);
  EXPECT_EQ(topology.links[0].model[0].rtt, Milliseconds{7});
  EXPECT_EQ(topology.links[0].model[1].rtt, Milliseconds{7});
}

TEST(Matrix, ResampledKeepsItsDistances) {
  const auto matrix = *Matrix::parse(",100\n100,\n");
  Rng random(1), again(1);
  const Matrix drawn = matrix.resampled(40, random), same = matrix.resampled(40, again);
  std::size_t far = 0;
  for (std::size_t from = 0; from < 40; ++from) {
    for (std::size_t to = 0; to < 40; ++to) {
      EXPECT_EQ(drawn.rtt(from, to), same.rtt(from, to));
      if (from == to) continue;
      const double rtt = drawn.rtt(from, to)->count();
      const bool beside = rtt >= 1 && rtt <= 3;
      EXPECT_TRUE(beside || (rtt >= 90 && rtt <= 110)) << rtt;
      far += beside ? 0 : 1;
    }
  }
  EXPECT_NEAR(static_cast<double>(far), 40 * 20, 120) << "half are in the other place";
}

}  // namespace
}  // namespace trimtab::sim
