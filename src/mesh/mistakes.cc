#include "mesh/mistakes.h"

#include <algorithm>
#include <tuple>

namespace trimtab::mesh {

bool Mistakes::has_errors() const {
  return std::any_of(list_.begin(), list_.end(), [](const Mistake& mistake) { return !mistake.warning; });
}

std::vector<Mistake> Mistakes::take() {
  const auto key = [](const Mistake& mistake) {
    return std::tie(mistake.line, mistake.column, mistake.warning, mistake.text);
  };
  std::stable_sort(list_.begin(), list_.end(),
                   [&](const Mistake& a, const Mistake& b) { return key(a) < key(b); });
  return std::move(list_);
}

}  // namespace trimtab::mesh
