#include "sim/matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "sim/csv.h"

namespace trimtab::sim {
namespace {

// The square of it is held, and so is a path for each pair.
constexpr std::size_t kMostHosts = 1024;

Result<void> read_row(std::string_view text, std::size_t row, Matrix& matrix) {
  const auto cells = split(text);
  if (cells.size() != matrix.hosts()) {
    return at_line(row + 1,
                   fmt::format("{} columns where the first line has {}", cells.size(), matrix.hosts()));
  }
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (column == row) {
      if (!cells[column].empty() && number(cells[column]) != 0)
        return at_line(row + 1, fmt::format("column {}: a host's way to itself; leave it empty", column + 1));
      continue;
    }
    const auto rtt = read_rtt(cells[column], row + 1, column + 1);
    if (!rtt) return rtt.error();
    matrix.rtt(row, column) = *rtt;
  }
  return {};
}

}  // namespace

Result<Matrix> Matrix::parse(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::string_view line; take_line(text, line);) lines.push_back(line);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  if (lines.size() < 2) return at_line(lines.size() + 1, "a matrix needs two hosts at least");
  const std::size_t hosts = split(lines.front()).size();
  if (hosts > kMostHosts) return at_line(1, fmt::format("more than {} hosts", kMostHosts));
  Matrix matrix(hosts);
  for (std::size_t row = 0; row < lines.size() && row < hosts; ++row) {
    if (const auto read = read_row(lines[row], row, matrix); !read) return read.error();
  }
  if (lines.size() != hosts) {
    return at_line(lines.size(), fmt::format("{} lines where each has {} columns", lines.size(), hosts));
  }
  const auto known = [](const std::optional<Milliseconds>& rtt) { return rtt.has_value(); };
  if (std::none_of(matrix.rtts_.begin(), matrix.rtts_.end(), known))
    return at_line(1, "a matrix without any RTT has no link");
  return matrix;
}

Matrix Matrix::resampled(std::size_t hosts, Rng& random) const {
  Matrix drawn(hosts);
  std::vector<std::size_t> place(hosts);
  for (std::size_t& host : place) host = random.below(hosts_);
  for (std::size_t from = 0; from < hosts; ++from) {
    for (std::size_t to = from + 1; to < hosts; ++to) {
      const double factor = 0.9 + 0.2 * random.unit();
      const Milliseconds beside{1 + 2 * random.unit()};
      const auto scaled = [&](std::size_t one, std::size_t other) -> std::optional<Milliseconds> {
        if (place[one] == place[other]) return beside;
        const auto original = rtt(place[one], place[other]);
        return original ? std::optional(*original * factor) : std::nullopt;
      };
      drawn.rtt(from, to) = scaled(from, to);
      drawn.rtt(to, from) = scaled(to, from);
    }
  }
  return drawn;
}

Matrix random_matrix(std::size_t hosts, Rng& random) {
  constexpr double kSide_ms = 150;
  constexpr double kLeast_ms = 1;      // access links
  constexpr double kMostDetour = 0.8;  // ways on the internet are up to so much longer than straight
  std::vector<std::pair<double, double>> places(hosts);
  for (auto& [x, y] : places) {
    x = kSide_ms * random.unit();
    y = kSide_ms * random.unit();
  }
  Matrix matrix(hosts);
  for (std::size_t from = 0; from < hosts; ++from) {
    for (std::size_t to = from + 1; to < hosts; ++to) {
      const double straight =
          std::hypot(places[from].first - places[to].first, places[from].second - places[to].second);
      const Milliseconds rtt{kLeast_ms + straight * (1 + kMostDetour * random.unit())};
      matrix.rtt(from, to) = matrix.rtt(to, from) = rtt;
    }
  }
  return matrix;
}

}  // namespace trimtab::sim
