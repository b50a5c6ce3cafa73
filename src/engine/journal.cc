#include "engine/journal.h"

#include <utility>

namespace trimtab::engine {

void Journal::add(control::Event event) {
  event.number = ++last_number_;
  events_.push_back(std::move(event));
  if (events_.size() > kKept) events_.pop_front();
}

std::vector<control::Event> Journal::since(std::uint64_t number) const {
  std::vector<control::Event> found;
  for (const control::Event& event : events_) {
    if (event.number > number) found.push_back(event);
  }
  return found;
}

std::vector<control::Event> Journal::take_new() {
  if (taken_number_ == last_number_) return {};
  auto found = since(taken_number_);
  taken_number_ = last_number_;
  return found;
}

}  // namespace trimtab::engine
