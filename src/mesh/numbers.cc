#include "mesh/numbers.h"

#include <algorithm>

#include "mesh/document.h"
#include "mesh/mistakes.h"
#include "mesh/readers.h"

namespace trimtab::mesh {

Numbers next_numbers(std::string_view text) {
  Mistakes ignored;
  Numbers next;
  const auto document = read_document(text, ignored);
  if (!document) return next;
  for (const DraftSite& site : read_draft(*document, ignored).sites) {
    if (site.id) next.id = std::max(next.id, site.id->value + 1);
    if (site.asn) next.asn = std::max(next.asn, site.asn->value + 1);
  }
  return next;
}

}  // namespace trimtab::mesh
