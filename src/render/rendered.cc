#include "render/rendered.h"

#include <fmt/core.h>

#include <algorithm>

#include "bird/metrics_file.h"

namespace trimtab::render {

std::string head(std::string_view what, const network::WantedState& state) {
  return fmt::format("# {} of site {} in mesh \"{}\". Written by trimtab.\n", what, state.site, state.mesh);
}

std::string endpoint_text(const mesh::Endpoint& endpoint) {
  const bool ipv6 = endpoint.host.find(':') != std::string::npos;
  return fmt::format("{}:{}", ipv6 ? fmt::format("[{}]", endpoint.host) : endpoint.host, endpoint.port);
}

std::optional<mesh::Endpoint> endpoint_of(const network::WantedPeer& peer, const mesh::Mesh& mesh,
                                          const network::WantedState& state) {
  const mesh::Site& site = *mesh.find_site(std::string_view(peer.name));
  if (!site.endpoint) return std::nullopt;
  const mesh::SiteId self = mesh.find_site(std::string_view(state.site))->id;
  return mesh::Endpoint{site.endpoint->host, *mesh::listening_port(mesh, site, self)};
}

const network::WantedWireGuard* wireguard_on(const network::Interface& interface,
                                             const network::WantedState& state) {
  for (const network::WantedWireGuard& device : state.wireguard) {
    if (device.interface == interface.name) return &device;
  }
  return nullptr;
}

bool routes_ipv6(const network::WantedState& state) {
  return std::find(state.routed.begin(), state.routed.end(), Family::ipv6) != state.routed.end();
}

std::vector<RenderedFile> bird_files(const mesh::Mesh& mesh, mesh::SiteId self, const Router& router,
                                     const std::string& directory) {
  return {{directory + "bird.conf", bird::main_configuration(mesh, self, router.bird_paths(), router.local)},
          {directory + "origins.conf", bird::origins(mesh, self)}};
}

std::string neutral_metrics(const mesh::Mesh& mesh, mesh::SiteId self) {
  return bird::format_metrics(bird::neutral(mesh, self));
}

}  // namespace trimtab::render
