// Tables of steps for the controller: after how long, what happens, which values are then published and why,
// and what is held back. A step that fails prints every step before it, with what the controller said.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/controller_driver.h"

namespace trimtab::controller::testing {

// Something that happens, with the words to print.
struct Happening {
  std::string text;
  std::function<void(Controller&, MonotonicTime)> what;
};

Happening round(SiteId neighbour, Sample sample);
Happening condition(SiteId neighbour, Condition condition);
Happening throughput(SiteId neighbour, double megabits);  // of a round without loss
Happening restored(SiteId neighbour, Value published);
Happening reload(Settings settings, std::vector<LinkSettings> links);

inline constexpr Condition kGood{};
inline constexpr Condition kBfdDown{.bfd_up = false};
inline constexpr Condition kSessionLost{.session_established = false};
inline constexpr Condition kInterfaceDown{.interface_up = false};

struct Publishes {
  SiteId neighbour = 0;
  Value to = 0;
  Reason reason = Reason::step;
};

// What is held back when the step is over; nullopt: nothing is.
struct Holds {
  SiteId neighbour = 0;
  std::optional<Holding> why;
  std::optional<Duration> left = {};  // checked where given
};

struct Step {
  Duration after{};
  std::vector<Happening> happens;
  std::vector<Publishes> then = {};  // exactly these, in this order, deadlines on the way included
  std::vector<Holds> holds = {};
  int times = 1;  // the same again and again; `then` and `holds` are of all of them together
};

void run_steps(const Settings& settings, const std::vector<LinkSettings>& links,
               const std::vector<Step>& steps);

}  // namespace trimtab::controller::testing
