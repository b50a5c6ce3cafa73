#include "bird/metrics_file.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "support/mesh_builder.h"

namespace trimtab::bird {
namespace {

using namespace trimtab::test;

TEST(MetricsFile, WritesDefinesAndALastWord) {
  EXPECT_EQ(format_metrics({.values = {{4, 7}, {2, 213}}}),
            "define COST_2 = 213;\ndefine FAVOUR_2 = 0;\ndefine FAVOURED_2 = [ 0.0.0.0/32 ];\n"
            "define FAVOURED6_2 = [ ::/128 ];\n"
            "define COST_4 = 7;\ndefine FAVOUR_4 = 0;\ndefine FAVOURED_4 = [ 0.0.0.0/32 ];\n"
            "define FAVOURED6_4 = [ ::/128 ];\n"
            "define METRICS_COMPLETE = 2066926702;\n");
  EXPECT_EQ(format_metrics({.policy = mesh::Policy::score, .values = {{2, 0}}, .neutral = true}),
            "define PREFERENCE_2 = 0;\ndefine METRICS_COMPLETE = 0;\n");
}

std::vector<Prefix> prefixes(std::initializer_list<std::string_view> texts) {
  std::vector<Prefix> result;
  for (std::string_view text : texts) result.push_back(*parse_prefix(text));
  return result;
}

TEST(MetricsFile, WritesFavoursInOneOrder) {
  const std::string expected =
      "define COST_2 = 213;\ndefine FAVOUR_2 = 57;\ndefine FAVOURED_2 = [ 10.10.4.0/24, 10.10.5.0/24 ];\n"
      "define FAVOURED6_2 = [ fd00:4::/64, fd00:5::/64 ];\n"
      "define METRICS_COMPLETE = 2053226827;\n";
  EXPECT_EQ(
      format_metrics(
          {.values = {{2, 213}},
           .favours = {{2, 57, prefixes({"10.10.4.0/24", "10.10.5.0/24", "fd00:4::/64", "fd00:5::/64"})}}}),
      expected);
  EXPECT_EQ(format_metrics({.values = {{2, 213}},
                            .favours = {{9, 1, prefixes({"10.10.9.0/24"})},
                                        {2, 57,
                                         prefixes({"fd00:5::/64", "10.10.5.0/24", "fd00:4::/64",
                                                   "10.10.4.0/24", "10.10.5.0/24", "fd00:4::/64"})}}}),
            expected);
}

TEST(MetricsFile, AFavourIsTheWholePathAtMost) {
  for (const std::uint32_t wish : {1000U, 1001U, UINT32_MAX}) {
    const auto read = parse_metrics(
        format_metrics({.values = {{2, 213}}, .favours = {{2, wish, prefixes({"10.10.4.0/24"})}}}));
    ASSERT_TRUE(read.ok()) << wish;
    EXPECT_EQ(read->favours.front().per_mille, kWholePath);
  }
}

TEST(MetricsFile, ReadsBackWhatItWrote) {
  for (const Metrics& metrics :
       {Metrics{.values = {{1, 1}, {2, 10'000'000}, {65535, 42}}},
        Metrics{.values = {{1, 10}, {2, 213}, {3, 5}, {4, 1}},
        .favours = {{1, 9, prefixes({"10.10.4.0/24", "10.10.4.0/25", "10.10.20.0/24", "fd00:4::/64"})},
                    {2, 0, prefixes({"fd00:5::/64"})},
                    {3, 4, {}},
                    {4, 0, prefixes({"10.10.7.0/24"})}}},
        Metrics{.policy = mesh::Policy::score, .values = {{2, 0}, {3, 200}}, .neutral = true}, Metrics{}}) {
    const auto read = parse_metrics(format_metrics(metrics));
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(*read, metrics);
  }
}

TEST(MetricsFile, ALineChangedByHandNoLongerFitsTheMark) {
  const std::string whole =
      format_metrics({.values = {{2, 213}, {4, 7}}, .favours = {{2, 57, prefixes({"10.10.4.0/24"})}}});
  ASSERT_TRUE(mark_of(whole).has_value());
  for (const auto& [from, to] : {std::pair{"213", "214"}, {"57", "58"}, {"10.10.4.0", "10.10.5.0"}}) {
    std::string changed = whole;
    changed.replace(changed.find(from), std::string_view(from).size(), to);
    EXPECT_FALSE(parse_metrics(changed).ok()) << changed;
    EXPECT_FALSE(mark_of(changed)) << changed;
  }
  EXPECT_FALSE(mark_of(format_metrics({.values = {{2, 213}}, .neutral = true})))
      << "all neutral files have one";
  EXPECT_FALSE(mark_of("define COST_2 = 213;\ndefine METRICS_COMPLETE = 1;\n")) << "of an older trimtab";
}

TEST(MetricsFile, EveryTruncationIsRefused) {
  const std::string whole =
      format_metrics({.values = {{2, 213}, {4, 7}}, .favours = {{2, 57, prefixes({"10.10.4.0/24"})}}});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_metrics(whole.substr(0, length)).ok()) << "the first " << length << " bytes";
  }
}

TEST(MetricsFile, AnythingElseIsRefused) {
  const std::string end = "define METRICS_COMPLETE = 1;\n";
  for (const std::string& text :
       {std::string("define COST_2 = 0;\n"), std::string("define COST_2 = 10000001;\n"),
        std::string("define COST_2 = 01;\n"), std::string("define COST_02 = 1;\n"),
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

TEST(MetricsFile, AFileFromBeforeFavoursIsReadForItsValues) {
  const auto read = parse_metrics("define COST_2 = 213;\ndefine COST_4 = 7;\ndefine METRICS_COMPLETE = 1;\n");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, (Metrics{.values = {{2, 213}, {4, 7}}}));
}

TEST(MetricsFile, AFileFromBeforeIpv6IsReadForItsFavours) {
  const auto read = parse_metrics(
      "define COST_2 = 213;\ndefine FAVOUR_2 = 57;\ndefine FAVOURED_2 = [ 10.10.4.0/24 ];\n"
      "define COST_4 = 7;\ndefine FAVOUR_4 = 0;\ndefine FAVOURED_4 = [ 0.0.0.0/32 ];\n"
      "define METRICS_COMPLETE = 1;\n");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(*read, (Metrics{.values = {{2, 213}, {4, 7}}, .favours = {{2, 57, prefixes({"10.10.4.0/24"})}}}));
}

// One of the lines of
//   COST_2 FAVOUR_2 FAVOURED_2 FAVOURED6_2 COST_4 FAVOUR_4 FAVOURED_4 FAVOURED6_4 METRICS_COMPLETE
// replaced; left out: the empty text.
TEST(MetricsFile, AFavourThatIsNotWholeOrNotAllowedIsRefused) {
  const std::vector<std::string> good{"define COST_2 = 58;\n",
                                      "define FAVOUR_2 = 57;\n",
                                      "define FAVOURED_2 = [ 10.10.4.0/24, 10.10.5.0/24 ];\n",
                                      "define FAVOURED6_2 = [ fd00:4::/64 ];\n",
                                      "define COST_4 = 7;\n",
                                      "define FAVOUR_4 = 0;\n",
                                      "define FAVOURED_4 = [ 0.0.0.0/32 ];\n",
                                      "define FAVOURED6_4 = [ ::/128 ];\n",
                                      "define METRICS_COMPLETE = 1;\n"};
  const auto text = [&](std::size_t replaced, const std::string& by) {
    std::string all;
    for (std::size_t i = 0; i < good.size(); ++i) all += i == replaced ? by : good[i];
    return all;
  };
  ASSERT_TRUE(parse_metrics(text(0, good[0])).ok());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(parse_metrics(text(i, "")).ok()) << "without " << good[i];
    EXPECT_FALSE(parse_metrics(text(i, good[i] + good[i])).ok()) << "twice " << good[i];
  }
  const auto favoured = [&](std::string_view set) {
    return text(2, "define FAVOURED_2 = " + std::string(set) + ";\n");
  };
  ASSERT_TRUE(parse_metrics(favoured("[ 10.10.4.0/24 ]")).ok());
  for (const char* set : {"[ ]",
                          "[]",
                          "[  ]",
                          "[ 10.10.4.0/24, ]",
                          "[ , 10.10.4.0/24 ]",
                          "[ 10.10.5.0/24, 10.10.4.0/24 ]",
                          "[ 10.10.4.0/24, 10.10.4.0/24 ]",
                          "[ 10.10.4.1/24 ]",
                          "[ 10.10.4.0 ]",
                          "[ 10.10.4.0/33 ]",
                          "[ 10.10.4.0/24+ ]",
                          "[ 10.10.04.0/24 ]",
                          "[ 10.10.4.0/024 ]",
                          "[ fd00:4::/64 ]",
                          "[10.10.4.0/24]",
                          "[ 10.10.4.0/24,10.10.5.0/24 ]",
                          "[ 10.10.4.0/24 ] ",
                          "57",
                          "",
                          "[",
                          "]",
                          "[ ",
                          " ]",
                          "[ ] [ ]"}) {
    EXPECT_FALSE(parse_metrics(favoured(set)).ok()) << set;
  }
  for (const char* set : {"[ 10.10.4.0/24 ]", "[ 0.0.0.0/32 ]", "[ fd00:5::/64, fd00:4::/64 ]", "[ ]"}) {
    EXPECT_FALSE(parse_metrics(text(3, "define FAVOURED6_2 = " + std::string(set) + ";\n")).ok()) << set;
  }
  for (const char* line : {"define FAVOUR_2 = 1001;\n", "define FAVOUR_2 = -1;\n", "define FAVOUR_3 = 57;\n",
                           "define FAVOUR_2 = [ 10.10.4.0/24 ];\n", "define FAVOURED_2 = 57;\n"}) {
    EXPECT_FALSE(parse_metrics(text(1, line)).ok()) << line;
  }
  EXPECT_FALSE(parse_metrics("define PREFERENCE_2 = 100;\ndefine FAVOUR_2 = 5;\ndefine FAVOURED_2 = "
                             "[ 10.10.4.0/24 ];\ndefine METRICS_COMPLETE = 1;\n")
                   .ok());
}

TEST(MetricsFile, SurvivesAnyText) {
  EXPECT_TRUE(rc::check("any set, any value", [](const std::string& value) {
    (void)parse_metrics("define COST_2 = 9;\ndefine FAVOUR_2 = 3;\ndefine FAVOURED_2 = " + value + ";\n");
    (void)parse_metrics("define COST_2 = " + value + ";\n");
  }));
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

TEST(MetricsFile, WhatStaysKeepsItsFavour) {
  const Favour of_d{kD, 60, prefixes({"10.10.4.0/24"})};
  const Metrics before{.values = {{kA, 50}, {kD, 70}, {9, 90}},
                       .favours = {of_d, {9, 80, prefixes({"10.10.9.0/24"})}}};
  EXPECT_EQ(carry_over(four_sites(), kB, before).favours, std::vector{of_d});
}

TEST(MetricsFile, AnotherPolicyStartsNeutral) {
  const Metrics before{.policy = mesh::Policy::score, .values = {{kA, 150}}};
  EXPECT_EQ(carry_over(four_sites(), kB, before), neutral(four_sites(), kB));
}

}  // namespace
}  // namespace trimtab::bird
