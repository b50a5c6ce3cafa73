// How likely a count is where every probe is lost by itself: Poisson's distribution, the binomial's limit for
// shares that are small (S. D. Poisson, Recherches sur la probabilité des jugements, 1837). For larger shares
// its tails are the wider ones, so that less is called unlikely.
#pragma once

#include <cmath>

namespace trimtab::controller {

// The chance of at most `count`, and of at least `count`, where `mean` are to be expected. Neither negative.
inline double poisson_at_most(int count, double mean) {
  double term = std::exp(-mean), sum = 0;
  for (int i = 0; i <= count; ++i) {
    sum += term;
    term *= mean / (i + 1);
  }
  return std::fmin(1.0, sum);
}
inline double poisson_at_least(int count, double mean) {
  return count == 0 ? 1 : 1 - poisson_at_most(count - 1, mean);
}

}  // namespace trimtab::controller
