// Edits to the mesh file, text -> text, by position: every byte that the edit is not about stays, comments
// and order included. What comes out is for the caller to parse() before it is written.
//
// Errors: text that is not TOML, a site that is not there (or already is), sites written in a form that
// cannot be edited by position (inline tables).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/mesh.h"
#include "util/result.h"

namespace trimtab::mesh {

// A site as it is going to stand in the file. What is empty is left out.
struct NewSite {
  std::string name;
  SiteId id = 0;
  Asn asn = 0;
  std::vector<std::string> lan;
  std::string lan_interface;
  std::string endpoint;
  std::string public_key;
  int wan_mtu = 0;    // 0: left out
  std::string outer;  // "4", "6", "any"
  bool transit = true;
  bool metered = false;
  std::vector<std::string> links;  // peers; each becomes a [[link]]
};

// As a TOML string, with its quotes.
std::string quoted(std::string_view text);

// The [[site]] block that add_site would insert, for a file that is only being made.
std::string site_block(const NewSite& site);

// After the last [[site]]; its links go to the end of the file. Links are refused where the file has no
// [[link]], because the first one would turn a full mesh into that one link.
Result<std::string> add_site(std::string_view text, const NewSite& site);

// The site's block and its links' blocks, with one empty line before each; comments above a block stay.
// Refused where no [[link]] would be left between two or more sites, because that means a full mesh.
Result<std::string> remove_site(std::string_view text, std::string_view name);

// The key that the file has for that site. Absent: none, or what stands there is no key.
std::optional<PublicKey> public_key_of(std::string_view text, std::string_view site);

// Whose key this is in the file; absent: nobody's.
std::optional<std::string> site_of_key(std::string_view text, const PublicKey& key);

// Replaces the value of public_key, or adds the key at the end of the site's block.
Result<std::string> set_public_key(std::string_view text, std::string_view site, const PublicKey& key);

}  // namespace trimtab::mesh
