// Cost, score and LOCAL_PREF against a table that Python worked out in exact fractions, and their edges.
#include "controller/cost.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace trimtab::controller {
namespace {

struct Row {
  Figures figures;
  double score = 0, cost_ms = 0;
  Value local_pref = 0, cost_value = 0;
};

std::vector<Row> golden_table() {
  std::ifstream file(TRIMTAB_GOLDEN "/score_table.csv");
  std::string line;
  std::getline(file, line);
  std::vector<Row> rows;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    double rtt = 0, jitter = 0, loss = 0, kilobits = 0, bias = 0;
    Row row;
    char comma = 0;
    fields >> rtt >> comma >> jitter >> comma >> loss >> comma >> kilobits >> comma >> bias >> comma >>
        row.score >> comma >> row.local_pref >> comma >> row.cost_ms >> comma >> row.cost_value;
    row.figures = {.rtt = Milliseconds{rtt / 1000},
                   .jitter = Milliseconds{jitter / 1000},
                   .bandwidth = Rate{static_cast<std::uint64_t>(kilobits) * 1000},
                   .loss = Ratio{loss / 10'000},
                   .bias = Milliseconds{bias / 1000}};
    EXPECT_TRUE(fields) << line;
    rows.push_back(row);
  }
  return rows;
}

TEST(Cost, AgreesWithPythonOnTwoHundredInputs) {
  const auto rows = golden_table();
  ASSERT_EQ(rows.size(), 200u);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE("line " + std::to_string(i + 2) + " of tests/golden/score_table.csv");
    const Cost cost = cost_of(rows[i].figures, mesh::Tuning{});
    EXPECT_NEAR(cost.total().count(), rows[i].cost_ms, 1e-6);
    EXPECT_EQ(cost.value(), rows[i].cost_value);
    const Score score = score_of(rows[i].figures);
    EXPECT_NEAR(score.total(), rows[i].score, 1e-6);
    EXPECT_EQ(score.preference(), rows[i].local_pref);
  }
}

TEST(Cost, HasItsTerms) {
  const Figures figures{.rtt = Milliseconds{20},
                        .jitter = Milliseconds{2},
                        .bandwidth = Rate{100'000'000},
                        .loss = Ratio{0.01},
                        .bias = Milliseconds{10}};
  const Cost cost = cost_of(figures, mesh::Tuning{});
  EXPECT_DOUBLE_EQ(cost.rtt.count(), 20);
  EXPECT_DOUBLE_EQ(cost.bandwidth.count(), 2);
  EXPECT_DOUBLE_EQ(cost.loss.count(), 20);
  EXPECT_DOUBLE_EQ(cost.bias.count(), 10);
  const Score score = score_of(figures);
  EXPECT_DOUBLE_EQ(score.bandwidth, 22.5);
  EXPECT_DOUBLE_EQ(score.rtt, -14);
  EXPECT_DOUBLE_EQ(score.jitter, -1);
  EXPECT_DOUBLE_EQ(score.loss, -3);
}

TEST(Cost, FollowsTheTuning) {
  mesh::Tuning tuning;
  tuning.cost_per_rtt_ms = 2;
  tuning.cost_per_inverse_bandwidth = 100;
  tuning.cost_per_loss = 1000;
  tuning.cost_bandwidth_floor = Rate{50'000'000};
  const Figures figures{.rtt = Milliseconds{20}, .bandwidth = Rate{1}, .loss = Ratio{0.01}};
  EXPECT_DOUBLE_EQ(cost_of(figures, tuning).total().count(), 40 + 2 + 10);
}

TEST(Cost, OneMillisecondIsToldApartFromOneToThreeHundred) {
  Value before = 0;
  for (int rtt = 1; rtt <= 300; ++rtt) {
    const Value value =
        cost_of({.rtt = Milliseconds{static_cast<double>(rtt)}, .bandwidth = kReferenceBandwidth}, {})
            .value();
    EXPECT_GT(value, before);
    before = value;
  }
}

TEST(Score, IsBlindAboveSixtyFourMilliseconds) {
  const auto preference = [](double rtt) {
    return score_of({.rtt = Milliseconds{rtt}, .bandwidth = kReferenceBandwidth}).preference();
  };
  EXPECT_GT(preference(63), 100u);
  for (const double rtt : {64.0, 65.0, 100.0, 499.0, 1e9}) EXPECT_EQ(preference(rtt), 100u) << rtt;
}

}  // namespace
}  // namespace trimtab::controller
