// Meshes for tests, made by hand: the four sites A, B, C, D with links AB, AC, BC, BD, CD, to be changed at
// will.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "mesh/addressing.h"
#include "mesh/mesh.h"

namespace trimtab::test {

inline constexpr mesh::SiteId kA = 1, kB = 2, kC = 3, kD = 4;

class MeshBuilder {
 public:
  // ASN 65000 + id, overlay 10.255.0.id, LAN 10.10.id.0/24 on br-lan, endpoint 198.51.100.id:51820.
  MeshBuilder& site(mesh::SiteId id, std::string name) {
    mesh::Site site{.name = std::move(name), .id = id, .asn = 65000 + id};
    site.lan = {*parse_prefix("10.10." + std::to_string(id) + ".0/24")};
    site.lan_interface = "br-lan";
    site.endpoint = mesh::Endpoint{"198.51.100." + std::to_string(id), 51820};
    site.public_key.bytes[0] = static_cast<std::uint8_t>(id);
    site.overlay = {mesh::overlay_address(mesh_.overlay.front(), id)};
    mesh_.sites.push_back(std::move(site));
    return *this;
  }

  bool has(mesh::SiteId id) const { return mesh_.find_site(id) != nullptr; }

  // Both sites must be there, `low` the lower id; links in the order of (lower, higher).
  MeshBuilder& link(mesh::SiteId low, mesh::SiteId high) {
    const Prefix subnet = mesh::link_subnet(mesh_.link_pool.front(), mesh_.link_prefix, low, high);
    mesh::Link link{.subnet = {subnet}, .mtu = 1400};
    link.ends[0] = {low, "gre-" + mesh_.find_site(high)->name, {mesh::link_address(subnet, 0)}};
    link.ends[1] = {high, "gre-" + mesh_.find_site(low)->name, {mesh::link_address(subnet, 1)}};
    mesh_.links.push_back(std::move(link));
    return *this;
  }

  mesh::Mesh build() const { return mesh_; }

  MeshBuilder() {
    mesh_.name = "lab";
    mesh_.overlay = {*parse_prefix("10.255.0.0/24")};
    mesh_.link_pool = {*parse_prefix("172.31.0.0/16")};
    mesh_.lans = {*parse_prefix("10.10.0.0/16")};
  }

 private:
  mesh::Mesh mesh_;
};

inline mesh::Mesh four_sites() {
  return MeshBuilder()
      .site(kA, "a")
      .site(kB, "b")
      .site(kC, "c")
      .site(kD, "d")
      .link(kA, kB)
      .link(kA, kC)
      .link(kB, kC)
      .link(kB, kD)
      .link(kC, kD)
      .build();
}

inline mesh::Site& site(mesh::Mesh& mesh, mesh::SiteId id) {
  return const_cast<mesh::Site&>(*mesh.find_site(id));
}

inline mesh::Link& link(mesh::Mesh& mesh, mesh::SiteId one, mesh::SiteId other) {
  for (mesh::Link& link : mesh.links) {
    if (link.has(one) && link.has(other)) return link;
  }
  check_failed("link(mesh, one, other): no such link", __FILE__, __LINE__);
}

// The same mesh with IPv6 beside IPv4 in LANs and links: fd10:10:id::/64, fd31::/64. GRE stays over IPv4.
inline mesh::Mesh with_ipv6(mesh::Mesh mesh) {
  mesh.link_pool.push_back(*parse_prefix("fd31::/64"));
  mesh.lans.push_back(*parse_prefix("fd10:10::/32"));
  for (mesh::Site& site : mesh.sites)
    site.lan.push_back(*parse_prefix("fd10:10:" + std::to_string(site.id) + "::/64"));
  for (mesh::Link& link : mesh.links) {
    link.subnet.push_back(mesh::link_subnet(mesh.link_pool.back(), mesh::kIpv6LinkPrefix, link.ends[0].site,
                                            link.ends[1].site));
    for (int end : {0, 1})
      link.ends[static_cast<std::size_t>(end)].address.push_back(mesh::link_address(link.subnet.back(), end));
  }
  return mesh;
}

// IPv6 alone: overlay fd00:255::/64, GRE and BGP over it. Outside stays as it was.
inline mesh::Mesh ipv6_alone(const mesh::Mesh& of) {
  mesh::Mesh mesh = with_ipv6(of);
  mesh.overlay = {*parse_prefix("fd00:255::/64")};
  const auto drop_first = [](auto& list) { list.erase(list.begin()); };
  drop_first(mesh.link_pool);
  drop_first(mesh.lans);
  for (mesh::Site& site : mesh.sites) {
    drop_first(site.lan);
    site.overlay = {mesh::overlay_address(mesh.overlay.front(), site.id)};
  }
  for (mesh::Link& link : mesh.links) {
    link.mtu = 1376;
    drop_first(link.subnet);
    for (mesh::LinkEnd& end : link.ends) drop_first(end.address);
  }
  return mesh;
}

// A WireGuard for each link, "wg-<peer>".
inline mesh::Mesh without_gre(mesh::Mesh mesh) {
  mesh.encapsulation = mesh::Encapsulation::none;
  for (mesh::Link& link : mesh.links) {
    for (mesh::LinkEnd& end : link.ends) end.interface.replace(0, 3, "wg");
  }
  return mesh;
}

}  // namespace trimtab::test
