// The plot writer: round ticks, gaps, text that cannot break the file.
#include "sim/svg_plot.h"

#include <gtest/gtest.h>

namespace trimtab::sim {
namespace {

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(SvgPlot, StepsAreRound) {
  EXPECT_DOUBLE_EQ(round_step(8, 8), 1);
  EXPECT_DOUBLE_EQ(round_step(9, 8), 2);
  EXPECT_DOUBLE_EQ(round_step(30, 8), 5);
  EXPECT_DOUBLE_EQ(round_step(41, 8), 10);
  EXPECT_DOUBLE_EQ(round_step(0.5, 8), 0.1);
}

TEST(SvgPlot, DrawsLinesWithGapsAndMarks) {
  const Plot plot{.title = "a < b & c",
                  .x_label = "seconds",
                  .y_label = "ms",
                  .x = {0, 10, 20, 30},
                  .series = {{.label = "cost", .colour = "blue", .y = {1.0, 2.0, std::nullopt, 4.0}}},
                  .marks = {15},
                  .mark_label = "changed"};
  const std::string svg = svg_of(plot);
  EXPECT_EQ(svg, svg_of(plot));
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find(">a &lt; b &amp; c</text>"), std::string::npos);
  const std::size_t path = svg.find("<path d=\"M");
  ASSERT_NE(path, std::string::npos);
  const std::string d = svg.substr(path, svg.find('/', path) - path);
  EXPECT_EQ(count(d, "M"), 2U) << "one more after the gap";
  EXPECT_EQ(count(d, "L"), 1U);
  // 0 … 30 s lie on 70 … 840, so 15 s on 455.
  EXPECT_EQ(count(svg, "<line x1=\"455.0\""), 2U) << "the mark, and the tick at 15";
  EXPECT_EQ(count(svg, ">changed</text>"), 1U);
}

TEST(SvgPlot, NothingToDrawIsNoMistake) {
  EXPECT_EQ(svg_of({}).find("nan"), std::string::npos);
  EXPECT_EQ(svg_of({.x = {0}, .series = {{.label = "x", .colour = "red", .y = {0.0}}}}).find("nan"),
            std::string::npos);
}

}  // namespace
}  // namespace trimtab::sim
