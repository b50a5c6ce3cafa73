#include "util/check.h"

#include <cstdio>
#include <cstdlib>

namespace trimtab {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "trimtab: bug at %s:%d: %s does not hold; please report it\n", file, line, expression);
  std::abort();
}

}  // namespace trimtab
