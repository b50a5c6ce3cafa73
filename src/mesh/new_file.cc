#include "mesh/new_file.h"

#include <fmt/core.h>

#include "util/address.h"

namespace trimtab::mesh {
namespace {

constexpr int kLanLength = 24;

constexpr const char* kHead =
    R"(# The mesh: the same file on every site. It holds no secret; keep it in git if you like.
# What each key means: docs/mesh-file.md. After an edit: trimtab check --mesh FILE

[mesh]
name = {}
overlay = {}   # tunnel addresses: site n has the n-th
links = {}     # every link gets a small subnet in here
lans = [{}]   # every site's LAN lies inside

# One [[site]] per router. `id` and `asn` are for good: addresses follow from the id.
# `endpoint` is where others can call it; a site behind NAT has none, and calls out.
# `public_key` is what `trimtab keygen` prints on that router; `keygen --site NAME` writes it in here.
)";

constexpr const char* kTail = R"(
# Every two sites that can reach each other are linked. To choose the links yourself, list all of them:
#
# [[link]]
# between = ["a", "b"]
# bandwidth = "200M"   # optional: what it carries, in bit/s
# bias = "10ms"        # optional: use it less gladly
)";

}  // namespace

std::string default_lan(const std::string& lans, SiteId id) {
  const auto pool = parse_prefix(lans);
  if (!pool.ok() || pool->address.family != Family::ipv4 || pool->length > kLanLength) return {};
  const Prefix lan{pool->network().plus(std::uint64_t{id} << (32 - kLanLength)), kLanLength};
  return pool->contains(lan) ? lan.text() : std::string();
}

std::string new_file(const NewMesh& mesh) {
  std::string text = fmt::format(fmt::runtime(kHead), quoted(mesh.name), quoted(mesh.overlay),
                                 quoted(mesh.links), quoted(mesh.lans));
  for (const NewSite& site : mesh.sites) text += "\n" + site_block(site);
  return text + kTail;
}

}  // namespace trimtab::mesh
