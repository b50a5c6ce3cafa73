#include "cli/site_state.h"

#include <fmt/core.h>

#include <algorithm>

#include "cli/private_key.h"
#include "mesh/public_key.h"
#include "os/resolve.h"

namespace trimtab::cli {
namespace {

os::FamiliesWanted families(mesh::Outer outer) {
  return {.ipv4 = outer != mesh::Outer::ipv6, .ipv6 = outer != mesh::Outer::ipv4};
}

// One peer whose name does not resolve must not take the rest down: it may still call us.
network::Endpoints resolve_endpoints(const mesh::Mesh& mesh, mesh::SiteId self_id,
                                     std::vector<std::string>& warnings) {
  network::Endpoints endpoints;
  const mesh::Site& self = *mesh.find_site(self_id);
  for (const mesh::Link* link : mesh.links_of(self_id)) {
    const mesh::Site& peer = *mesh.find_site(link->peer(self_id).site);
    if (!peer.endpoint) continue;
    const auto addresses = os::resolve(peer.endpoint->host, families(network::outer_towards(self, peer)));
    if (!addresses) {
      warnings.push_back(
          fmt::format("{}; peer {} gets no endpoint, and has to call here until `up` is run again",
                      addresses.error().what, peer.name));
      continue;
    }
    const std::uint16_t port = *mesh::listening_port(mesh, peer, self_id);
    for (const IpAddress& address : *addresses) endpoints[peer.id].push_back({address, port});
  }
  return endpoints;
}

// With another site's key every tunnel of this router, and that site's too, would be cut: refused. A key that
// the mesh file does not have may be newer than the file here.
Result<std::optional<std::string>> check_key(const mesh::Mesh& mesh, const mesh::Site& self,
                                             network::PrivateKey key, const SiteFiles& files) {
  const mesh::PublicKey own = SecretKey(key).public_key();
  if (own == self.public_key) return std::optional<std::string>{};
  const auto owner = std::ranges::find(mesh.sites, own, &mesh::Site::public_key);
  if (owner != mesh.sites.end()) {
    return Error{
        fmt::format("{} is site {}'s key by the mesh file, and this is site {}: no peer would shake hands",
                    files.private_key(), owner->name, self.name),
        fmt::format("say --site {0} if this router is {0}, put the key of {1} there, or exchange the two "
                    "public_key lines if the mesh file has them the wrong way round",
                    owner->name, self.name)};
  }
  return std::optional(fmt::format(
      "{} belongs to public key {}, and the mesh file has {} for site {}: no peer will shake hands; "
      "put the right key into one of the two",
      files.private_key(), mesh::format_public_key(own), mesh::format_public_key(self.public_key),
      self.name));
}

}  // namespace

std::optional<SiteState> site_state(const Common& common, const SiteFiles& files, int& status) {
  auto mesh = load_mesh(common, status);
  if (!mesh) return std::nullopt;
  const auto refuse = [&](const Error& error) {
    status = complain(error);
    return std::nullopt;
  };
  const auto self = own_site(common, *mesh);
  if (!self) return refuse(self.error());
  const auto key = read_private_key(files.private_key());
  if (!key) return refuse(key.error());

  const auto warning = check_key(*mesh, *mesh->find_site(*self), *key, files);
  if (!warning) return refuse(warning.error());

  SiteState state{.mesh = *std::move(mesh), .self = *self};
  if (*warning) state.warnings.push_back(**warning);
  const network::Endpoints endpoints = resolve_endpoints(state.mesh, state.self, state.warnings);
  state.wanted = network::wanted(state.mesh, state.self, *key, endpoints);

  return state;
}

}  // namespace trimtab::cli
