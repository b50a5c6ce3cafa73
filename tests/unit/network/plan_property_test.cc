// What holds for every mesh and every accident, on the model of a kernel. A failure prints the seed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model_kernel.h"
#include "network/text_diff.h"
#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

constexpr mesh::SiteId kSites = 6;

// Site 1 among up to six, with any of the other pairs linked; some sites behind NAT.
mesh::Mesh any_mesh() {
  test::MeshBuilder builder;
  for (mesh::SiteId id = 1; id <= kSites; ++id) builder.site(id, "s" + std::to_string(id));
  for (mesh::SiteId low = 1; low <= kSites; ++low) {
    for (mesh::SiteId high = low + 1; high <= kSites; ++high) {
      if (*rc::gen::arbitrary<bool>()) builder.link(low, high);
    }
  }
  mesh::Mesh mesh = builder.build();
  for (mesh::Site& site : mesh.sites) {
    if (*rc::gen::arbitrary<bool>()) site.endpoint.reset();
  }
  for (mesh::Link& link : mesh.links) link.mtu = *rc::gen::element(1300, 1400);
  return mesh;
}

WantedState wanted_of(const mesh::Mesh& mesh) {
  Endpoints endpoints;
  for (const mesh::Site& site : mesh.sites) {
    if (site.endpoint) endpoints[site.id] = {{*parse_address(site.endpoint->host), site.endpoint->port}};
  }
  WantedState state = wanted(mesh, 1, PrivateKey{1}, endpoints);
  state.files = {{.path = "/etc/bird.conf", .content = "# trimtab " + state.table}};
  return state;
}

ModelKernel any_kernel() {
  ModelKernel kernel(*rc::gen::inRange(0, 3));
  for (auto& [path, value] : kernel.state.sysctls) {
    if (path.ends_with("_redirects") || path.ends_with("/forwarding")) value = *rc::gen::element("0", "1");
    if (path.ends_with("/rp_filter")) value = *rc::gen::element("0", "1", "2");
  }
  auto& sysctls = kernel.state.sysctls;
  sysctls["net/ipv4/ip_forward"] = sysctls["net/ipv4/conf/all/forwarding"] = *rc::gen::element("0", "1");
  return kernel;
}

std::string difference(const std::string& before, const std::string& after) {
  std::string text;
  for (const std::string& line : text_diff(before, after)) text += line + "\n";
  return text;
}

void forget_first_endpoints(const ModelKernel& before, ModelKernel& after) {
  if (!before.state.wireguard || !after.state.wireguard) return;
  for (const FoundPeer& old : before.state.wireguard->peers) {
    for (FoundPeer& peer : after.state.wireguard->peers) {
      if (peer.key == old.key && !old.endpoint) peer.endpoint.reset();
    }
  }
}

void up(ModelKernel& kernel, Memory& memory, const mesh::Mesh& mesh) {
  const Plan plan = plan_up(wanted_of(mesh), kernel.state, memory);
  RC_ASSERT(plan.conflicts.empty());
  RC_ASSERT(kernel.take(plan) == "");
  memory = memory_after(plan, kernel);
}

RC_GTEST_PROP(AnyMesh, UpTwiceThenAnotherThenDownLeavesNothing, ()) {
  ModelKernel kernel = any_kernel();
  const std::string before = kernel.text();
  Memory memory;
  const mesh::Mesh first = any_mesh();
  const mesh::Mesh second = any_mesh();
  up(kernel, memory, first);
  RC_ASSERT(plan_up(wanted_of(first), kernel.state, memory).steps.empty());
  up(kernel, memory, second);
  RC_ASSERT(plan_up(wanted_of(second), kernel.state, memory).steps.empty());
  RC_ASSERT(kernel.take(plan_down(kernel.state, memory)) == "");
  RC_ASSERT(difference(before, kernel.text()) == "");
}

RC_GTEST_PROP(AnyMesh, ChangeFromOneToAnotherEndsWhereTheOtherFromNothingDoes, ()) {
  const ModelKernel fresh = any_kernel();
  const mesh::Mesh first = any_mesh();
  const mesh::Mesh second = any_mesh();
  ModelKernel direct = fresh;
  Memory memory_direct;
  up(direct, memory_direct, second);
  ModelKernel changed = fresh;
  Memory memory_changed;
  up(changed, memory_changed, first);
  up(changed, memory_changed, second);
  // A site that lost its endpoint keeps what WireGuard knows of it; everything else must be equal.
  for (ModelKernel* kernel : {&direct, &changed}) {
    for (FoundPeer& peer : kernel->state.wireguard->peers) peer.endpoint.reset();
    if (!first.sites.front().endpoint || !second.sites.front().endpoint) kernel->state.wireguard->port = 0;
  }
  RC_ASSERT(difference(direct.text(), changed.text()) == "");
}

// A failure at any step: undoing those before it, last first, is as if nothing had been tried. But for one
// thing that WireGuard has no words for: a peer that got its first endpoint keeps it.
RC_GTEST_PROP(AnyMesh, FailureAtAnyStepIsUndone, ()) {
  ModelKernel kernel = any_kernel();
  Memory memory;
  if (*rc::gen::arbitrary<bool>()) up(kernel, memory, any_mesh());
  ModelKernel before = kernel;
  const Plan plan = plan_up(wanted_of(any_mesh()), kernel.state, memory);
  const auto failing = *rc::gen::inRange<std::size_t>(0, plan.steps.size() + 1);
  for (std::size_t i = 0; i < failing; ++i) RC_ASSERT(kernel.take(plan.steps[i].action) == "");
  for (std::size_t i = failing; i-- > 0;) {
    for (const Action& action : plan.steps[i].undo) RC_ASSERT(kernel.take(action) == "");
  }
  forget_first_endpoints(before, kernel);
  RC_ASSERT(difference(before.text(), kernel.text()) == "");
}

// Killed at any step, with memory written before the first: another `up` finishes it, `down` still undoes it.
RC_GTEST_PROP(AnyMesh, InterruptionAtAnyStepIsFinishedOrUndoneLater, ()) {
  ModelKernel kernel = any_kernel();
  const std::string before = kernel.text();
  const mesh::Mesh mesh = any_mesh();
  const Plan plan = plan_up(wanted_of(mesh), kernel.state, {});
  const auto killed = *rc::gen::inRange<std::size_t>(0, plan.steps.size() + 1);
  for (std::size_t i = 0; i < killed; ++i) RC_ASSERT(kernel.take(plan.steps[i].action) == "");
  Memory memory = plan.memory;
  if (*rc::gen::arbitrary<bool>()) {
    up(kernel, memory, mesh);
    RC_ASSERT(plan_up(wanted_of(mesh), kernel.state, memory).steps.empty());
  }
  RC_ASSERT(kernel.take(plan_down(kernel.state, memory)) == "");
  RC_ASSERT(difference(before, kernel.text()) == "");
}

}  // namespace
}  // namespace trimtab::network
