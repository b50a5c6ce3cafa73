#include "sim/svg_plot.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace trimtab::sim {
namespace {

constexpr double kWidth = 860, kHeight = 420;
constexpr double kLeft = 70, kRight = 20, kTop = 60, kBottom = 50;
constexpr int kMostSteps = 8;
constexpr const char* kMarkColour = "#c0392b";

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

struct Scale {
  double low = 0, high = 1, from = 0, to = 1;  // low is drawn at `from`, high at `to`
  double operator()(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     escaped(text));
}

std::string line(double x1, double y1, double x2, double y2, const char* colour) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n", x1,
                     y1, x2, y2, colour);
}

std::string axes(const Plot& plot, const Scale& x, const Scale& y) {
  std::string out;
  const double x_step = round_step(x.high - x.low, kMostSteps),
               y_step = round_step(y.high - y.low, kMostSteps);
  for (double at = std::ceil(x.low / x_step) * x_step; at <= x.high * (1 + 1e-9); at += x_step) {
    out += line(x(at), y.from, x(at), y.from + 5, "#333");
    out += text_at(x(at), y.from + 20, "middle", fmt::format("{:g}", at));
  }
  for (double at = 0; at <= y.high * (1 + 1e-9); at += y_step) {
    out += line(x.from, y(at), x.to, y(at), "#ddd");
    out += text_at(x.from - 8, y(at) + 4, "end", fmt::format("{:g}", at));
  }
  out += line(x.from, y.from, x.to, y.from, "#333") + line(x.from, y.from, x.from, y.to, "#333");
  out += text_at((x.from + x.to) / 2, kHeight - 12, "middle", plot.x_label);
  out += text_at(kLeft - 60, kTop - 10, "start", plot.y_label);
  return out;
}

std::string path_of(const Plot& plot, const Plot::Series& series, const Scale& x, const Scale& y) {
  std::string d;
  bool drawing = false;
  for (std::size_t i = 0; i < plot.x.size() && i < series.y.size(); ++i) {
    if (series.y[i]) d += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", x(plot.x[i]), y(*series.y[i]));
    drawing = series.y[i].has_value();
  }
  return fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.5\"/>\n", d, series.colour);
}

std::string legend(const Plot& plot) {
  std::string out;
  double at = kLeft;
  const auto entry = [&](const std::string& label, const std::string& colour) {
    out += fmt::format("<rect x=\"{:.1f}\" y=\"32\" width=\"14\" height=\"4\" fill=\"{}\"/>\n", at, colour);
    out += text_at(at + 20, 38, "start", label);
    at += 40 + 7 * static_cast<double>(label.size());
  };
  for (const Plot::Series& series : plot.series) entry(series.label, series.colour);
  if (!plot.marks.empty()) entry(plot.mark_label, kMarkColour);
  return out;
}

}  // namespace

double round_step(double span, int most) {
  const double least = span / most;
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string svg_of(const Plot& plot) {
  double highest = 0;
  for (const Plot::Series& series : plot.series) {
    for (const auto& value : series.y) highest = std::max(highest, value.value_or(0));
  }
  if (highest <= 0) highest = 1;
  const double step = round_step(highest, kMostSteps);
  const Scale y{0, std::ceil(highest / step) * step, kHeight - kBottom, kTop};
  const double last = plot.x.empty() || plot.x.back() <= 0 ? 1 : plot.x.back();
  const Scale x{0, last, kLeft, kWidth - kRight};

  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
      "font-size=\"12\" fill=\"#333\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      kWidth, kHeight);
  out += text_at(kLeft, 20, "start", plot.title) + legend(plot) + axes(plot, x, y);
  for (const double mark : plot.marks) out += line(x(mark), y.from, x(mark), y.from - 10, kMarkColour);
  for (const Plot::Series& series : plot.series) out += path_of(plot, series, x, y);
  return out + "</svg>\n";
}

}  // namespace trimtab::sim
