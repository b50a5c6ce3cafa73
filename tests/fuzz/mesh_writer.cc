#include "fuzz/mesh_writer.h"

#include <fmt/format.h>

#include "mesh/edit.h"
#include "mesh/public_key.h"

namespace trimtab::fuzz {
namespace {

using mesh::quoted;

std::string list(const std::vector<Prefix>& prefixes) {
  std::string text;
  for (const Prefix& prefix : prefixes) text += (text.empty() ? "" : ", ") + quoted(prefix.text());
  return "[" + text + "]";
}

std::string quoted(Duration duration) {
  return quoted(format_duration(duration));
}
std::string quoted(Milliseconds duration) {
  return quoted(format_duration(std::chrono::round<Duration>(duration)));
}

std::string tuning_table(const mesh::Tuning& tuning) {
  std::string text = "[tuning]\n";
  const auto say = [&](const char* key, const auto& value) { text += fmt::format("{} = {}\n", key, value); };
  say("metered_interval", quoted(tuning.metered_interval));
  say("probe_timeout", quoted(tuning.probe_timeout));
  say("cost_per_rtt_ms", tuning.cost_per_rtt_ms);
  say("cost_per_inverse_bandwidth", tuning.cost_per_inverse_bandwidth);
  say("cost_per_loss", tuning.cost_per_loss);
  say("cost_bandwidth_floor", quoted(format_rate(tuning.cost_bandwidth_floor)));
  say("estimator", tuning.estimator == mesh::Estimator::steady ? "\"steady\"" : "\"ewma\"");
  say("steadiness", tuning.steadiness);
  say("memory", quoted(tuning.memory));
  say("score_step", tuning.score_step);
  say("score_margin", tuning.score_margin);
  say("cost_step", quoted(format_ratio(tuning.cost_step)));
  say("cost_step_floor", quoted(tuning.cost_step_floor));
  say("dwell", quoted(tuning.dwell));
  say("earned_return", quoted(tuning.earned_return));
  say("earned_return_limit", quoted(tuning.earned_return_limit));
  say("loss_boundary", quoted(format_ratio(tuning.loss_boundary)));
  say("loss_boundary_back", quoted(format_ratio(tuning.loss_boundary_back)));
  say("rtt_boundary", quoted(tuning.rtt_boundary));
  say("rtt_boundary_back", quoted(tuning.rtt_boundary_back));
  say("publish_burst", tuning.publish_burst);
  say("publish_refill", quoted(tuning.publish_refill));
  return text;
}

std::string site_table(const mesh::Site& site) {
  constexpr const char* kOuter[] = {"4", "6", "any"};
  std::string text = fmt::format(
      "[[site]]\nname = {}\nid = {}\nasn = {}\nlan = {}\npublic_key = {}\nwan_mtu = {}\nouter = \"{}\"\n"
      "transit = {}\nmetered = {}\n",
      quoted(site.name), site.id, site.asn, list(site.lan), quoted(format_public_key(site.public_key)),
      site.wan_mtu, kOuter[static_cast<int>(site.outer)], site.transit, site.metered);
  if (!site.lan_interface.empty()) text += fmt::format("lan_interface = {}\n", quoted(site.lan_interface));
  if (site.endpoint) {
    const bool ipv6 = site.endpoint->host.find(':') != std::string::npos;
    text += fmt::format("endpoint = \"{}{}{}:{}\"\n", ipv6 ? "[" : "", site.endpoint->host, ipv6 ? "]" : "",
                        site.endpoint->port);
  }
  return text;
}

std::string link_table(const mesh::Mesh& mesh, const mesh::Link& link) {
  constexpr const char* kBfd[] = {"fast", "slow", "off"};
  const std::string& low = mesh.find_site(link.ends[0].site)->name;
  const std::string& high = mesh.find_site(link.ends[1].site)->name;
  std::string text = fmt::format(
      "[[link]]\nbetween = [{}, {}]\nmtu = {}\nbias = {}\nmetered = {}\nbfd = \"{}\"\nsubnet = {}\n"
      "interfaces = {{ {} = {}, {} = {} }}\n",
      quoted(low), quoted(high), link.mtu, quoted(link.bias), link.metered, kBfd[static_cast<int>(link.bfd)],
      list(link.subnet), low, quoted(link.ends[0].interface), high, quoted(link.ends[1].interface));
  if (link.bandwidth) text += fmt::format("bandwidth = {}\n", quoted(format_rate(*link.bandwidth)));
  if (link.budget_bytes_per_day)
    text += fmt::format("budget = {}\n", quoted(format_byte_count(*link.budget_bytes_per_day)));
  return text;
}

}  // namespace

std::string mesh_file(const mesh::Mesh& mesh) {
  const mesh::Tuning& tuning = mesh.tuning;
  std::string text = fmt::format(
      "[mesh]\nname = {}\noverlay = {}\nlinks = {}\nlans = {}\nlink_prefix = {}\npolicy = \"{}\"\n"
      "community = {}\ninterval = {}\nprobes = {}\nsmoothing = {}\n",
      quoted(mesh.name), list(mesh.overlay), list(mesh.link_pool), list(mesh.lans), mesh.link_prefix,
      mesh.policy == mesh::Policy::path ? "path" : "score", mesh.community, quoted(tuning.interval),
      tuning.probes, tuning.smoothing);
  text += tuning_table(tuning);
  for (const mesh::Site& site : mesh.sites) text += site_table(site);
  for (const mesh::Link& link : mesh.links) text += link_table(mesh, link);
  return text;
}

}  // namespace trimtab::fuzz
