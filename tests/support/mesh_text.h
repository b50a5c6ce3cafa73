// Texts of mesh files for tests. Whoever needs a Mesh parses one of these: there is no other way to get a
// valid one.
#pragma once

#include <string>
#include <vector>

#include "mesh/mesh.h"

namespace trimtab::test {

// A valid public key that differs from site to site.
std::string key_text(unsigned site);

struct SiteText {
  unsigned id = 0;
  std::string name;
  bool behind_nat = false;
  std::string more{};  // further lines
};

// [mesh] as in the specification, with `more` at its end.
std::string mesh_table(const std::string& more = "");
// A [[site]]: asn 65000 + id, lan 10.10.<id>.0/24 (ids up to 255; further ones go on in 10.11.…), endpoint
// 192.0.2.<id>.
std::string site_table(const SiteText& site);
std::string link_table(const std::string& one, const std::string& other, const std::string& more = "");

// Sites a, b, c (c behind NAT) with links a-b and a-c.
std::string three_sites();
// Sites a, b, c, d with links ab ac bc bd cd: the mesh of the lab.
std::string four_sites(const std::string& more_mesh = "");

// Aborts with the mistakes where there is one that is more than a warning.
mesh::Mesh parsed(const std::string& text);

}  // namespace trimtab::test
