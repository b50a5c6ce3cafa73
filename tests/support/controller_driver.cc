#include "support/controller_driver.h"

#include <stdexcept>

namespace trimtab::controller::testing {

void Driver::pass(Duration time) {
  const MonotonicTime until = now_ + time;
  int calls = 0;
  while (controller_.next_deadline() && *controller_.next_deadline() <= until) {
    if (*controller_.next_deadline() > now_) calls = 0;
    if (++calls > 3) throw std::logic_error("a deadline that has passed stays: the loop would be busy");
    now_ = std::max(now_, *controller_.next_deadline());
    decide();
  }
  now_ = until;
}

void Driver::decide() {
  for (const Decision& decision : controller_.decide(now_)) decisions_.push_back(decision);
}

}  // namespace trimtab::controller::testing
