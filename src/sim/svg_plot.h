// A line plot as SVG: axes with round numbers, one line per series, marks on the time axis, a legend. The
// same figures give the same text, and the file needs nothing but itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace trimtab::sim {

struct Plot {
  struct Series {
    std::string label;
    std::string colour;                    // as SVG takes it
    std::vector<std::optional<double>> y;  // one for each of Plot::x; absent: a gap in the line
  };
  std::string title;
  std::string x_label, y_label;
  std::vector<double> x;  // rises
  std::vector<Series> series;
  std::vector<double> marks;  // on the x axis
  std::string mark_label;
};

std::string svg_of(const Plot& plot);

// The round number 1, 2 or 5 times a power of ten at which `span` has at most `most` steps.
double round_step(double span, int most);

}  // namespace trimtab::sim
