#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "mesh/mesh.h"
#include "mesh/public_key.h"

namespace trimtab::mesh {
namespace {

// The canonical form: one line per thing, every field of mesh.h that was said in the file or stands for a
// default of it. Raise the number in the first line whenever a line changes its meaning.
class Canonical {
 public:
  template <typename... Args>
  void line(fmt::format_string<Args...> form, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Args>(args)...);
    text_ += '\n';
  }

  void prefixes(std::string_view what, std::vector<Prefix> list) {
    std::sort(list.begin(), list.end());
    for (const Prefix& prefix : list) line("{} {}", what, prefix.text());
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void write_tuning(Canonical& out, const Tuning& tuning) {
  out.line("measuring {} {} {} {} {}", tuning.interval.count(), tuning.metered_interval.count(),
           tuning.probes, tuning.probe_timeout.count(), tuning.smoothing);
  out.line("cost {} {} {} {}", tuning.cost_per_rtt_ms, tuning.cost_per_inverse_bandwidth,
           tuning.cost_per_loss, tuning.cost_bandwidth_floor.bits_per_second);
  out.line("steering {} {} {}", static_cast<int>(tuning.estimator), tuning.steadiness, tuning.memory.count());
  out.line("steps {} {} {} {} {}", tuning.score_step, tuning.score_margin, tuning.cost_step.value,
           tuning.cost_step_floor.count(), tuning.dwell.count());
  out.line("return {} {}", tuning.earned_return.count(), tuning.earned_return_limit.count());
  out.line("boundaries {} {} {} {}", tuning.loss_boundary.value, tuning.loss_boundary_back.value,
           tuning.rtt_boundary.count(), tuning.rtt_boundary_back.count());
  out.line("publish {} {}", tuning.publish_burst, tuning.publish_refill.count());
}

void write_site(Canonical& out, const Site& site) {
  out.line("site {} {} {} {}", site.id, site.name, site.asn, format_public_key(site.public_key));
  out.prefixes("lan", site.lan);
  if (!site.lan_interface.empty()) out.line("lan_interface {}", site.lan_interface);
  if (site.endpoint) out.line("endpoint {} {}", site.endpoint->host, site.endpoint->port);
  out.line("wan {} {} {} {}", site.wan_mtu, static_cast<int>(site.outer), site.transit, site.metered);
}

void write_link(Canonical& out, const Link& link) {
  out.line("link {} {} {} {} {} {}", link.ends[0].site, link.ends[1].site, link.mtu, link.bias.count(),
           link.metered, static_cast<int>(link.bfd));
  out.line("interfaces {} {}", link.ends[0].interface, link.ends[1].interface);
  out.prefixes("subnet", link.subnet);
  if (link.bandwidth) out.line("bandwidth {}", link.bandwidth->bits_per_second);
  if (link.budget_bytes_per_day) out.line("budget {}", *link.budget_bytes_per_day);
}

std::string canonical_text(const Mesh& mesh) {
  Canonical out;
  out.line("trimtab mesh 1");
  out.line("name {}", mesh.name);
  out.prefixes("overlay", mesh.overlay);
  out.prefixes("links", mesh.link_pool);
  out.prefixes("lans", mesh.lans);
  out.line("mesh {} {} {} {}", mesh.link_prefix, static_cast<int>(mesh.policy),
           static_cast<int>(mesh.encapsulation), mesh.community);
  write_tuning(out, mesh.tuning);
  for (const Site& site : mesh.sites) write_site(out, site);
  for (const Link& link : mesh.links) write_link(out, link);
  return out.text();
}

}  // namespace

Fingerprint fingerprint(const Mesh& mesh) {
  const std::string text = canonical_text(mesh);
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  Fingerprint result;
  for (const unsigned char byte : hash) fmt::format_to(std::back_inserter(result.text), "{:02x}", byte);
  for (std::size_t i = 0; i < 4; ++i) result.short_id = result.short_id << 8 | hash[i];
  return result;
}

}  // namespace trimtab::mesh
