#include <fmt/format.h>

#include <iterator>

#include "bird/configuration.h"
#include "util/check.h"

namespace trimtab::bird {
namespace {

// "if net !~ [ 10.10.1.0/24 ] then reject;": a set has prefixes of one family, and a route of the other one
// is in none of them. Empty for a site without a LAN.
std::string condition(const mesh::Site& site) {
  std::string outside;
  for (const Family family : {Family::ipv4, Family::ipv6}) {
    std::string list;
    for (const Prefix& prefix : of_family(site.lan, family))
      list += (list.empty() ? "" : ", ") + prefix.text();
    if (list.empty()) continue;
    outside += fmt::format("{}net !~ [ {} ]", outside.empty() ? "" : " && ", list);
  }
  return outside;
}

// BIRD 2.0.10 has no literal for an empty set; no site has ASN 0, and no session carries it (RFC 7607).
constexpr std::string_view kNoAsn = "0";

}  // namespace

std::string origins(const mesh::Mesh& mesh, mesh::SiteId self) {
  TRIMTAB_CHECK(mesh.find_site(self) != nullptr);
  std::string asns;
  std::string cases;
  for (const mesh::Site& site : mesh.sites) {
    if (site.id == self) continue;
    fmt::format_to(std::back_inserter(asns), "{}{}", asns.empty() ? "" : ", ", site.asn);
    const std::string outside = condition(site);
    if (outside.empty()) continue;
    fmt::format_to(std::back_inserter(cases), "    {}: if {} then reject;\n", site.asn, outside);
  }
  const mesh::Fingerprint fingerprint = mesh::fingerprint(mesh);
  return fmt::format(R"(# Whose LAN is whose in mesh "{}". Written by trimtab; bird.conf includes it.
# Mesh file: {}

define MESH_FINGERPRINT = {};

# Every site but this one.
define MESH_ASNS = [ {} ];

# Refuses a route that is not exactly a LAN of the site where its path ends.
function refuse_foreign_lan()
{{
  case bgp_path.last {{
{}    else: reject;
  }}
}}
)",
                     mesh.name, fingerprint.text, fingerprint.short_id, asns.empty() ? kNoAsn : asns, cases);
}

}  // namespace trimtab::bird
