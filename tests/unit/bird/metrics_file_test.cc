#include "bird/metrics_file.h"

#include <gtest/gtest.h>

#include "support/mesh_builder.h"

namespace trimtab::bird {
namespace {

using namespace trimtab::test;

TEST(MetricsFile, WritesDefinesAndALastWord) {
  EXPECT_EQ(format_metrics({.values = {{4, 7}, {2, 213}}}),
            "define COST_2 = 213;\ndefine COST_4 = 7;\ndefine METRICS_COMPLETE = 1;\n");
  EXPECT_EQ(format_metrics({.policy = mesh::Policy::score, .values = {{2, 0}}, .neutral = true}),
            "define PREFERENCE_2 = 0;\ndefine METRICS_COMPLETE = 0;\n");
}

TEST(MetricsFile, ReadsBackWhatItWrote) {
  for (const Metrics& metrics :
       {Metrics{.values = {{1, 1}, {2, 10'000'000}, {65535, 42}}},
        Metrics{.policy = mesh::Policy::score, .values = {{2, 0}, {3, 200}}, .neutral = true}, Metrics{}}) {
    const auto read = parse_metrics(format_metrics(metrics));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(*read, metrics);
  }
}

TEST(MetricsFile, EveryTruncationIsRefused) {
  const std::string whole = format_metrics({.values = {{2, 213}, {4, 7}}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_metrics(whole.substr(0, length)).ok()) << "the first " << length << " bytes";
  }
}

TEST(MetricsFile, AnythingElseIsRefused) {
  const std::string end = "define METRICS_COMPLETE = 1;\n";
  for (const std::string& text :
       {std::string("define COST_2 = 0;\n"), std::string("define COST_2 = 10000001;\n"),
        std::string("define COST_0 = 1;\n"), std::string("define COST_2 = -1;\n"),
        std::string("define COST_2 = 1;\ndefine COST_2 = 1;\n"),
        std::string("define COST_3 = 1;\ndefine COST_2 = 1;\n"), std::string("define PREFERENCE_2 = 201;\n"),
        std::string("define COST_2 = 1;\ndefine PREFERENCE_3 = 1;\n"), std::string("define COST_2 = 1 ;\n"),
        std::string("COST_2 = 1;\n"), std::string("define COST_2;\n"), std::string("\n"),
        std::string("define OTHER_2 = 1;\n"), std::string("define COST_99999999999 = 1;\n"),
        std::string("include \"/etc/passwd\";\n"), std::string("\0", 1)}) {
    EXPECT_FALSE(parse_metrics(text + end).ok()) << text;
  }
  EXPECT_FALSE(parse_metrics(end + "define COST_2 = 1;\n").ok());
  EXPECT_FALSE(parse_metrics("define METRICS_COMPLETE = 2;\n").ok());
  EXPECT_FALSE(parse_metrics(std::string(2 * 1024 * 1024, 'x')).ok());
}

TEST(MetricsFile, NeutralIsLastResortEverywhere) {
  mesh::Mesh mesh = four_sites();
  EXPECT_EQ(neutral(mesh, kB),
            (Metrics{.values = {{kA, 10'000'000}, {kC, 10'000'000}, {kD, 10'000'000}}, .neutral = true}));
  mesh.policy = mesh::Policy::score;
  EXPECT_EQ(neutral(mesh, kD),
            (Metrics{.policy = mesh::Policy::score, .values = {{kB, 0}, {kC, 0}}, .neutral = true}));
}

TEST(MetricsFile, WhatStaysKeepsItsValue) {
  const mesh::Mesh mesh = four_sites();
  const Metrics before{.values = {{kA, 50}, {kD, 70}, {9, 90}}};
  EXPECT_EQ(carry_over(mesh, kB, before), (Metrics{.values = {{kA, 50}, {kC, 10'000'000}, {kD, 70}}}));
  EXPECT_EQ(carry_over(mesh, kB, std::nullopt), neutral(mesh, kB));
}

TEST(MetricsFile, AnotherPolicyStartsNeutral) {
  const Metrics before{.policy = mesh::Policy::score, .values = {{kA, 150}}};
  EXPECT_EQ(carry_over(four_sites(), kB, before), neutral(four_sites(), kB));
}

}  // namespace
}  // namespace trimtab::bird
