// What holds for every mesh and every accident, on the model of a kernel. A failure prints the seed.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model_kernel.h"
#include "network/text_diff.h"
#include "support/mesh_builder.h"

namespace trimtab::network {
namespace {

constexpr mesh::SiteId kSites = 6;

const mesh::Site& self_of(const mesh::Mesh& mesh) {
  return *std::find_if(mesh.sites.begin(), mesh.sites.end(),
                       [](const mesh::Site& site) { return site.name == "self"; });
}

// This site, which may be given another id, and five more; any pairs are linked, some sites are behind NAT.
mesh::Mesh any_mesh(int families = *rc::gen::inRange(0, 3)) {
  test::MeshBuilder builder;
  const auto self = *rc::gen::element<mesh::SiteId>(1, kSites + 1);
  for (mesh::SiteId id = 1; id <= kSites + 1; ++id) {
    if (id == self || (id > 1 && id <= kSites))
      builder.site(id, id == self ? "self" : "s" + std::to_string(id));
  }
  for (mesh::SiteId low = 1; low <= kSites + 1; ++low) {
    for (mesh::SiteId high = low + 1; high <= kSites + 1; ++high) {
      if (!builder.has(low) || !builder.has(high)) continue;
      if (*rc::gen::arbitrary<bool>()) builder.link(low, high);
    }
  }
  mesh::Mesh mesh = builder.build();
  for (mesh::Site& site : mesh.sites) {
    if (*rc::gen::arbitrary<bool>()) site.endpoint.reset();
  }
  if (families > 0) mesh = families == 1 ? test::with_ipv6(mesh) : test::ipv6_alone(mesh);
  for (mesh::Link& link : mesh.links) link.mtu = *rc::gen::element(1300, 1400);
  return *rc::gen::arbitrary<bool>() ? test::without_gre(mesh) : mesh;
}

WantedState wanted_of(const mesh::Mesh& mesh) {
  Endpoints endpoints;
  for (const mesh::Site& site : mesh.sites) {
    if (site.endpoint) endpoints[site.id] = {{*parse_address(site.endpoint->host), site.endpoint->port}};
  }
  WantedState state = wanted(mesh, self_of(mesh).id, PrivateKey{1}, endpoints);
  state.files = {{.path = "/etc/bird.conf", .content = "# trimtab " + state.table}};
  return state;
}

ModelKernel any_kernel() {
  ModelKernel kernel(*rc::gen::inRange(0, 3));
  for (auto& [path, value] : kernel.state.sysctls) {
    if (path.ends_with("_redirects") || path.ends_with("/forwarding")) value = *rc::gen::element("0", "1");
    if (path.ends_with("/accept_ra")) value = *rc::gen::element("0", "1", "2");
    if (path.ends_with("/disable_ipv6")) value = *rc::gen::element("0", "1");
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

// Of the same families: the kernel's settings for one that links no longer carry stay until `down`.
RC_GTEST_PROP(AnyMesh, ChangeFromOneToAnotherEndsWhereTheOtherFromNothingDoes, ()) {
  const ModelKernel fresh = any_kernel();
  const int families = *rc::gen::inRange(0, 3);
  const mesh::Mesh first = any_mesh(families);
  const mesh::Mesh second = any_mesh(families);
  ModelKernel direct = fresh;
  Memory memory_direct;
  up(direct, memory_direct, second);
  ModelKernel changed = fresh;
  Memory memory_changed;
  up(changed, memory_changed, first);
  up(changed, memory_changed, second);
  // A site that lost its endpoint keeps what WireGuard knows of it; everything else must be equal.
  for (ModelKernel* kernel : {&direct, &changed}) {
    // What the first mesh's WireGuard turned off stays so until `down`, though the second may have none.
    kernel->state.sysctls["net/ipv4/conf/all/send_redirects"] = "0";
    for (auto& [name, device] : kernel->state.wireguard) {
      for (FoundPeer& peer : device.peers) peer.endpoint.reset();
      if (!self_of(first).endpoint || !self_of(second).endpoint) device.port = 0;
    }
  }
  RC_ASSERT(difference(direct.text(), changed.text()) == "");
}

// A failure at any step: undoing those before it, last first, is as if nothing had been tried.
RC_GTEST_PROP(AnyMesh, FailureAtAnyStepIsUndone, ()) {
  ModelKernel kernel = any_kernel();
  Memory memory;
  if (*rc::gen::arbitrary<bool>()) up(kernel, memory, any_mesh());
  const ModelKernel before = kernel;
  const Plan plan = plan_up(wanted_of(any_mesh()), kernel.state, memory);
  const auto failing = *rc::gen::inRange<std::size_t>(0, plan.steps.size() + 1);
  for (std::size_t i = 0; i < failing; ++i) RC_ASSERT(kernel.take(plan.steps[i].action) == "");
  for (std::size_t i = failing; i-- > 0;) {
    for (const Action& action : plan.steps[i].undo) RC_ASSERT(kernel.take(action) == "");
  }
  RC_ASSERT(difference(before.text(), kernel.text()) == "");
}

// Killed at any step of any change, and perhaps again while it goes on: another `up` ends where one that
// nobody interrupted does, in the kernel and in memory, and `down` leaves what was there before the first.
RC_GTEST_PROP(AnyMesh, InterruptionAtAnyStepIsFinishedOrUndoneLater, ()) {
  ModelKernel kernel = any_kernel();
  const std::string nothing = kernel.text();
  Memory memory;
  if (*rc::gen::arbitrary<bool>()) up(kernel, memory, any_mesh());
  ModelKernel uninterrupted = kernel;
  Memory memory_uninterrupted = memory;
  const mesh::Mesh mesh = any_mesh();
  up(uninterrupted, memory_uninterrupted, mesh);
  for (int again = *rc::gen::inRange(1, 4); again > 0; --again) {
    const Plan plan = plan_up(wanted_of(mesh), kernel.state, memory);
    RC_ASSERT(plan.conflicts.empty());
    memory = underway(memory, plan.memory, "up", plan.objects());
    const auto killed = *rc::gen::inRange<std::size_t>(0, plan.steps.size() + 1);
    for (std::size_t i = 0; i < killed; ++i) RC_ASSERT(kernel.take(plan.steps[i].action) == "");
  }
  if (*rc::gen::arbitrary<bool>()) {
    up(kernel, memory, mesh);
    RC_ASSERT(difference(uninterrupted.text(), kernel.text()) == "");
    RC_ASSERT(difference(format_memory(memory_uninterrupted), format_memory(memory)) == "");
  }
  RC_ASSERT(kernel.take(plan_down(kernel.state, memory)) == "");
  RC_ASSERT(difference(nothing, kernel.text()) == "");
}

// The same for `down`.
RC_GTEST_PROP(AnyMesh, InterruptedDownIsFinishedLater, ()) {
  ModelKernel kernel = any_kernel();
  const std::string nothing = kernel.text();
  Memory memory;
  up(kernel, memory, any_mesh());
  const Plan plan = plan_down(kernel.state, memory);
  memory.doing = "down";
  const auto killed = *rc::gen::inRange<std::size_t>(0, plan.steps.size() + 1);
  for (std::size_t i = 0; i < killed; ++i) RC_ASSERT(kernel.take(plan.steps[i].action) == "");
  if (*rc::gen::arbitrary<bool>()) up(kernel, memory, any_mesh());
  RC_ASSERT(kernel.take(plan_down(kernel.state, memory)) == "");
  RC_ASSERT(difference(nothing, kernel.text()) == "");
}

}  // namespace
}  // namespace trimtab::network
