// Any text as what `up` remembers: refused, or written and read again the same.
#include "network/memory.h"

#include "fuzz/input.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trimtab;
  const auto memory = network::parse_memory(fuzz::text_of(data, size));
  if (!memory) {
    TRIMTAB_CHECK(!memory.error().what.empty());
    return 0;
  }
  for (const network::RememberedSysctl& sysctl : memory->sysctls)
    TRIMTAB_CHECK(sysctl.path.starts_with("net/") && sysctl.path.find("..") == std::string::npos);
  const auto again = network::parse_memory(network::format_memory(*memory));
  TRIMTAB_CHECK(again.ok() && *again == *memory);
  return 0;
}
