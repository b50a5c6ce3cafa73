// What the mesh file says, before it is known to make sense: each value with its place, and absent where it
// is missing or was refused already. Rules skip what is absent, so that one mistake is reported once.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "mesh/mesh.h"
#include "mesh/mistakes.h"

namespace trimtab::mesh {

struct DraftSite {
  Position at;  // its [[site]]
  std::optional<Said<std::string>> name;
  std::optional<Said<SiteId>> id;
  std::optional<Said<Asn>> asn;
  std::vector<Said<Prefix>> lan;
  std::optional<Said<std::string>> lan_interface;
  std::optional<Said<Endpoint>> endpoint;
  bool endpoint_said = false;  // also where it was refused
  std::optional<Said<PublicKey>> public_key;
  std::optional<Said<int>> wan_mtu;  // 1500 where the file is silent
  Outer outer = Outer::ipv4;
  bool transit = true;
  bool metered = false;

  // "site "b"", or "this site" where it has no name.
  std::string title() const { return name ? "site \"" + name->value + "\"" : "this site"; }
};

struct DraftLink {
  Position at;             // its [[link]]; of a link of the full mesh, its later site's [[site]]
  bool full_mesh = false;  // not from a [[link]]
  std::array<Said<std::string>, 2> between;
  std::array<std::size_t, 2> site{};  // index in Draft::sites, of the lower id first where both ids are known
  std::vector<Said<Prefix>> subnet;   // one per family at most
  std::optional<Said<int>> mtu;
  std::optional<Rate> bandwidth;
  Milliseconds bias{0};
  bool metered = false;
  std::optional<std::uint64_t> budget_bytes_per_day;
  std::optional<Bfd> bfd;
  std::vector<std::pair<Said<std::string>, Said<std::string>>> interfaces;  // site's name, interface there

  std::string title() const { return "link " + between[0].value + "-" + between[1].value; }
};

struct Draft {
  Position mesh_at;
  std::string name;
  std::vector<Said<Prefix>> overlay;
  std::vector<Said<Prefix>> link_pool;
  bool link_pool_complete = true;  // nothing in it was refused
  std::vector<Said<Prefix>> lans;
  int link_prefix = 30;
  Policy policy = Policy::path;
  Encapsulation encapsulation = Encapsulation::gre;
  std::uint32_t community = Mesh{}.community;
  Tuning tuning;
  std::vector<DraftSite> sites;
  std::vector<DraftLink> links;  // those with two sites that exist, resolved by rules
};

}  // namespace trimtab::mesh
