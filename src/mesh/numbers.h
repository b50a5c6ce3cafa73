// Which id and ASN a new site gets where nobody says.
#pragma once

#include <string_view>

#include "mesh/mesh.h"

namespace trimtab::mesh {

struct Numbers {
  SiteId id = 1;
  Asn asn = 65001;
};

// One more than the largest of either in the text: the number of a site that was removed is not used again
// while a later one is there, since routers that have not heard of the removal would take the one for the
// other.
Numbers next_numbers(std::string_view text);

}  // namespace trimtab::mesh
