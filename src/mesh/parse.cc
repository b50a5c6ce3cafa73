#include "mesh/parse.h"

#include <fmt/core.h>

#include "mesh/build.h"
#include "mesh/document.h"
#include "mesh/mistakes.h"
#include "mesh/readers.h"
#include "mesh/rules.h"
#include "util/printable.h"

namespace trimtab::mesh {

Parsed parse(std::string_view text) {
  Mistakes mistakes;
  Parsed parsed;
  if (const auto document = read_document(text, mistakes)) {
    Draft draft = read_draft(*document, mistakes);
    resolve_links(draft, document->incomplete, mistakes);
    check_unique(draft, mistakes);
    check_prefixes(draft, mistakes);
    check_addresses(draft, mistakes);
    check_interfaces(draft, mistakes);
    check_mtu(draft, mistakes);
    check_reach(draft, mistakes);
    if (!mistakes.has_errors()) parsed.mesh = build(draft);
  }
  parsed.mistakes = mistakes.take();
  return parsed;
}

std::string format_mistake(const Mistake& mistake, std::string_view file) {
  return fmt::format("{}:{}:{}: {}: {}", file, mistake.line, mistake.column,
                     mistake.warning ? "warning" : "error", printable(mistake.text));
}

}  // namespace trimtab::mesh
