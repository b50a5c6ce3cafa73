// What a scenario file says, and what is said of one that is wrong.
#include "sim/scenario.h"

#include <gtest/gtest.h>

#include "mesh/parse.h"

namespace trimtab::sim {
namespace {

const std::string kLinks =
    "link = [\n"
    "  { between = [\"b\", \"a\"], rtt = \"10ms\", bandwidth = \"100M\" },\n"
    "  { between = [\"b\", \"c\"], rtt = \"5ms\" },\n"
    "]\n";

std::string mistakes_in(const std::string& text) {
  std::string all;
  for (const auto& mistake : read_scenario(text, std::nullopt).mistakes)
    all += mesh::format_mistake(mistake, "s.toml") + "\n";
  return all;
}

TEST(Scenario, IsReadWithItsMesh) {
  const auto read = read_scenario(
      kLinks +
          "[scenario]\nname = \"x\"\nduration = \"5m\"\nwatch = [\"a\", \"c\"]\ninterval = \"1s\"\n"
          "[tuning]\ndwell = \"7s\"\n"
          "[[event]]\nbetween = [\"a\", \"b\"]\nkind = \"brownout\"\nadd = \"60ms\"\nfrom = \"1m\"\nto = "
          "\"2m\"\n"
          "[[event]]\nall = true\nkind = \"noise\"\ndeviation = 0.1\n"
          "[[demand]]\nfrom = \"a\"\nto = \"c\"\nrate = \"120M\"\n",
      std::nullopt);
  ASSERT_TRUE(read.scenario) << mesh::format_mistake(read.mistakes.front(), "s.toml");
  const Scenario& scenario = *read.scenario;
  EXPECT_EQ(scenario.name, "x");
  EXPECT_EQ(scenario.duration, std::chrono::minutes{5});
  EXPECT_EQ(scenario.watch, (std::pair<Site, Site>{0, 2}));
  EXPECT_EQ(scenario.topology.tuning.interval, std::chrono::seconds{1});
  EXPECT_EQ(scenario.topology.tuning.dwell, std::chrono::seconds{7});
  ASSERT_EQ(scenario.topology.links.size(), 2U);
  const SimulatedLink& link = scenario.topology.links[0];
  EXPECT_EQ(link.ends, (std::array<Site, 2>{0, 1})) << "the order of names, not of the file";
  EXPECT_EQ(link.bandwidth, Rate{100'000'000});
  EXPECT_EQ(level(link.model[1], std::chrono::seconds{90}, {}), Milliseconds{70});
  EXPECT_EQ(level(link.model[1], std::chrono::seconds{30}, {}), Milliseconds{10});
  EXPECT_EQ(scenario.topology.links[1].model[0].behaviours.size(), 1U) << "the noise is everywhere";
  ASSERT_EQ(scenario.topology.demands.size(), 1U);
}

TEST(Scenario, HappensOnAnotherMesh) {
  Topology ground;
  ground.sites = {{.name = "a"}, {.name = "b"}};
  ground.links = {{.ends = {0, 1}}};
  const std::string link = "[[link]]\nbetween = [\"b\", \"a\"]\nrtt = \"7ms\"\n";
  const auto read = read_scenario(link, ground);
  ASSERT_TRUE(read.scenario);
  EXPECT_EQ(read.scenario->topology.links[0].model[1].rtt, Milliseconds{7});
  const auto other = read_scenario("[[link]]\nbetween = [\"b\", \"c\"]\nrtt = \"7ms\"\n", ground);
  ASSERT_EQ(other.mistakes.size(), 1U);
  EXPECT_EQ(mesh::format_mistake(other.mistakes[0], "s.toml"),
            "s.toml:2:17: error: there is no site \"c\"; a site is in a link, or in the mesh file");
}

TEST(Scenario, IsRefusedByPlace) {
  EXPECT_EQ(mistakes_in(""),
            "s.toml:1:1: error: there is no [[link]], and no mesh that this could happen on\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nkind = \"brownout\"\nadd = \"1ms\"\n"),
            "s.toml:5:1: error: [[event]] names no link; add between = [\"a\", \"b\"], or all = true\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nbetween = [\"a\", \"c\"]\nkind = \"outage\"\n"),
            "s.toml:6:12: error: there is no link between a and c; a [[link]] or the mesh file makes one\n");
  EXPECT_EQ(
      mistakes_in(kLinks + "[[event]]\nall = true\nkind = \"storm\"\n"),
      "s.toml:7:8: error: kind is \"storm\"; write \"noise\" or \"spikes\" or \"brownout\" or \"diurnal\" or "
      "\"outage\" or \"loss\"\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nall = true\nkind = \"loss\"\nshare = \"20%\"\nto = \"0s\"\n"),
            "s.toml:9:6: error: to is not after from; an event ends later than it begins\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nall = true\nkind = \"loss\"\n"),
            "s.toml:5:1: error: [[event]] has no share; add a line like share = \"20%\"\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nall = true\nkind = \"loss\"\nshare = \"1%\"\nadd = \"1ms\"\n"),
            "s.toml:9:1: error: unknown key \"add\" in [[event]]; known are all, from, kind, share, to\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[event]]\nall = true\nkind = \"outage\"\ndown = \"6s\"\nevery = \"6s\"\n"),
            "s.toml:8:8: error: down is not shorter than every; write how long it is down in each period\n");
  EXPECT_EQ(mistakes_in("[[link]]\nbetween = [\"a\", \"a\"]\n"),
            "s.toml:2:17: error: \"a\" and itself; name two sites\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[link]]\nbetween = [\"a\", \"b\"]\n").substr(0, 17), "s.toml:5:1: error");
  EXPECT_EQ(mistakes_in(kLinks + "[scenario]\nwatch = [\"a\"]\n"),
            "s.toml:6:9: error: watch takes two sites; write watch = [\"a\", \"b\"]\n");
  EXPECT_EQ(mistakes_in(kLinks + "[[demand]]\nfrom = \"a\"\nto = \"b\"\n"),
            "s.toml:5:1: error: [[demand]] has no rate; add a line like rate = \"120M\"\n");
}

TEST(Scenario, TwoLinksBetweenTheSameSitesAreOneTooMany) {
  EXPECT_EQ(mistakes_in("[[link]]\nbetween = [\"a\", \"b\"]\n[[link]]\nbetween = [\"b\", \"a\"]\n"),
            "s.toml:4:12: error: a second link between b and a; keep one\n");
}

}  // namespace
}  // namespace trimtab::sim
