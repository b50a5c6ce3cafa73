// The last thousand events, for `trimtab events` and the log.
#pragma once

#include <deque>
#include <vector>

#include "control/report.h"

namespace trimtab::engine {

class Journal {
 public:
  // A thousand are a day of a troubled mesh and about 200 kB.
  static constexpr std::size_t kKept = 1000;

  // Numbers the event and keeps it.
  void add(control::Event event);

  std::vector<control::Event> since(std::uint64_t number) const;

  // Events that were added since the last call: for the log.
  std::vector<control::Event> take_new();

 private:
  std::deque<control::Event> events_;
  std::uint64_t last_number_ = 0;
  std::uint64_t taken_number_ = 0;
};

}  // namespace trimtab::engine
