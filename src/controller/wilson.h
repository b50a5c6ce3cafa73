// Wilson's interval for a share of failures: what n probes of which k were lost prove about the loss of the
// link. Unlike k/n ± something it stays inside 0 … 1 and is honest for small n, where links live. E. B.
// Wilson, Probable inference, the law of succession, and statistical inference, 1927.
#pragma once

#include <cmath>

#include "util/units.h"

namespace trimtab::controller {

// Standard normal quantiles. 99 % for decisions: of a hundred clean links looked at once, one would be
// wronged. 95 % for reports, as people expect.
inline constexpr double kDecisionQuantile = 2.576;
inline constexpr double kReportQuantile = 1.96;

struct Interval {
  Ratio low, high;
};

// 0 ≤ lost ≤ probes, probes above 0. Both may be weighted sums.
inline Interval wilson(double lost, double probes, double quantile) {
  const double n = probes;
  const double share = lost / n;
  const double q2 = quantile * quantile;
  const double centre = share + q2 / (2 * n);
  const double spread = quantile * std::sqrt(share * (1 - share) / n + q2 / (4 * n * n));
  const double scale = 1 + q2 / n;
  return {Ratio{std::fmax(0.0, (centre - spread) / scale)}, Ratio{std::fmin(1.0, (centre + spread) / scale)}};
}

}  // namespace trimtab::controller
