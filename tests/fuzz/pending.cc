// Any text as what the guardian of an `up --confirm` wrote down: refused, or told in a sentence, and written
// and read again the same.
#include "cli/pending.h"

#include "fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  const auto pending = cli::parse_pending(fuzz::text_of(data, size));
  if (!pending) return 0;
  for (const MonotonicTime now :
       {MonotonicTime{}, MonotonicTime{std::chrono::hours{1}}, MonotonicTime::max()}) {
    for (const bool guarded : {false, true}) TRIMTAB_CHECK(!cli::tell(*pending, guarded, now).empty());
  }
  const auto again = cli::parse_pending(cli::format_pending(*pending));
  TRIMTAB_CHECK(again && *again == *pending);
  return 0;
}
