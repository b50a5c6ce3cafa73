// Rendered files against tests/golden/render. TRIMTAB_UPDATE_GOLDEN=1 writes them anew; read the difference
// before it is committed.
#include "render/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/mesh_builder.h"

namespace trimtab::render {
namespace {

const Router kRouter{};

// B is behind NAT; C has a name and a link with an MTU of its own; D is reached over IPv6.
mesh::Mesh varied_mesh() {
  mesh::Mesh mesh = test::four_sites();
  test::site(mesh, test::kB).endpoint.reset();
  test::site(mesh, test::kC).endpoint = mesh::Endpoint{"c.example.net", 4500};
  test::site(mesh, test::kD).endpoint = mesh::Endpoint{"2001:db8::4", 51820};
  test::site(mesh, test::kD).outer = mesh::Outer::ipv6;
  test::link(mesh, test::kB, test::kC).mtu = 1280;
  return mesh;
}

std::string content(const std::vector<RenderedFile>& files, const std::string& name) {
  for (const RenderedFile& file : files) {
    if (file.name == name) return file.content;
  }
  ADD_FAILURE() << "no file " << name;
  return {};
}

void expect_golden(const std::string& site, const RenderedFile& file) {
  const std::filesystem::path path = std::filesystem::path(TRIMTAB_GOLDEN) / "render" / site / file.name;
  if (std::getenv("TRIMTAB_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << file.content;
  }
  std::stringstream golden;
  golden << std::ifstream(path).rdbuf();
  EXPECT_EQ(file.content, golden.str()) << path;
}

// BIRD's files have tests of their own beside their renderer.
void expect_golden_files(const mesh::Mesh& mesh, mesh::SiteId site, const std::string& directory) {
  for (const RenderedFile& file : files(mesh, site, kRouter)) {
    const bool birds = file.name == "bird.conf" || file.name == "origins.conf" || file.name == "metrics.conf";
    if (!birds) expect_golden(directory, file);
  }
}

TEST(Files, AreTheGoldenOnes) {
  const mesh::Mesh mesh = varied_mesh();
  for (const mesh::Site& site : mesh.sites) expect_golden_files(mesh, site.id, site.name);
}

TEST(Files, OfIpv6AloneAndWithoutGreAreTheGoldenOnes) {
  expect_golden_files(test::ipv6_alone(varied_mesh()), test::kB, "b_ipv6");
  expect_golden_files(test::without_gre(test::with_ipv6(varied_mesh())), test::kB, "b_none");
}

TEST(Files, AreSevenAndBirdsOwnAmongThem) {
  const mesh::Mesh mesh = varied_mesh();
  const auto rendered = files(mesh, test::kA, kRouter);
  std::vector<std::string> names;
  for (const RenderedFile& file : rendered) names.push_back(file.name);
  EXPECT_THAT(names, testing::ElementsAre("wg0.conf", "links.batch", "trimtab.nft", "sysctl.conf",
                                          "bird.conf", "origins.conf", "metrics.conf"));
  EXPECT_EQ(content(rendered, "bird.conf"), bird::main_configuration(mesh, test::kA, kRouter.bird_paths()));
  EXPECT_EQ(content(rendered, "origins.conf"), bird::origins(mesh, test::kA));
}

TEST(Files, OfOneMeshAreAlwaysTheSame) {
  const auto once = files(varied_mesh(), test::kB, kRouter);
  const auto again = files(varied_mesh(), test::kB, kRouter);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].content, again[i].content);
}

TEST(Files, HoldNoPrivateKey) {
  for (const RenderedFile& file : files(varied_mesh(), test::kA, kRouter)) {
    EXPECT_EQ(file.content.find("PrivateKey"), std::string::npos) << file.name;
  }
}

// The promise of specification §2: only origins.conf tells of a site that this one has no link to.
TEST(Files, SiteWithoutALinkHereShowsInOriginsAlone) {
  const mesh::Mesh without = test::MeshBuilder().site(1, "a").site(2, "b").link(1, 2).build();
  const mesh::Mesh with =
      test::MeshBuilder().site(1, "a").site(2, "b").site(9, "i").link(1, 2).link(2, 9).build();
  const auto before = files(without, 1, kRouter);
  const auto after = files(with, 1, kRouter);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].name == "origins.conf") {
      EXPECT_NE(before[i].content, after[i].content);
    } else {
      EXPECT_EQ(before[i].content, after[i].content) << before[i].name;
    }
  }
}

}  // namespace
}  // namespace trimtab::render
