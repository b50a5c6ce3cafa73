// TRIMTAB_CHECK: our own bugs stop the program with file and line. Never for input from outside.
#pragma once

namespace trimtab {

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace trimtab

#define TRIMTAB_CHECK(expression) \
  ((expression) ? static_cast<void>(0) : ::trimtab::check_failed(#expression, __FILE__, __LINE__))
