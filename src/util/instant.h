// The two clocks read at one moment. Deadlines are monotonic, kernel packet stamps are wall-clock; a pair of
// instants tells whether the two moved apart in between.
#pragma once

#include "util/units.h"

namespace trimtab {

struct Instant {
  MonotonicTime monotonic;
  WallTime wall;

  // How far the wall clock was ahead of the monotonic one; only differences of it mean anything.
  Duration offset() const { return wall.time_since_epoch() - monotonic.time_since_epoch(); }
};

}  // namespace trimtab
