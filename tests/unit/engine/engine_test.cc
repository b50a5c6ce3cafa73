// The daemon's whole inside on a virtual clock: from a probe's answer to the metrics file and back to status.
#include "engine/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "engine/setup.h"
#include "support/engine_world.h"
#include "support/mesh_text.h"

namespace trimtab::engine {
namespace {

using namespace std::chrono_literals;
using test::EngineWorld;
using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

mesh::Mesh lab() {
  return test::parsed(test::four_sites());
}

TEST(Engine, MeasuresAndPublishesWhileBirdIsAbsent) {
  EngineWorld world(lab());
  EXPECT_EQ(world.link("b")["standing"], "unmeasured");
  EXPECT_EQ(world.link("b")["published_ms"], 1'000'000.0);
  EXPECT_EQ(world.ask(R"({"ask": "status"})")["every_link_down"], false);
  world.far("c").rtt = Milliseconds{16.0};
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["standing"], "up");
  EXPECT_NEAR(world.link("b")["rtt_ms"].get<double>(), 10.0, 0.01);
  EXPECT_EQ(world.link("b")["published_ms"], 11.0);  // 10 ms + 200/200 Mbit/s
  EXPECT_EQ(world.link("c")["published_ms"], 17.0);
  EXPECT_THAT(world.metrics_file, HasSubstr("define COST_2 = 110;"));
  EXPECT_THAT(world.metrics_file, HasSubstr("define COST_3 = 170;"));
  const control::Json status = world.ask(R"({"ask": "status"})");
  EXPECT_EQ(status["bird"]["state"], "absent");
  EXPECT_EQ(status["underlay"], "unknown");
}

TEST(Engine, ASilentLinkGoesToLastResortAndOthersStay) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").answers = false;
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["standing"], "down");
  EXPECT_EQ(world.link("b")["published_ms"], 1'000'000.0);
  EXPECT_EQ(world.link("c")["published_ms"], 11.0);
  world.far("b").answers = true;
  world.run_for(20s);
  EXPECT_EQ(world.link("b")["standing"], "earning");
  EXPECT_EQ(world.link("b")["held"]["reason"], "earning");
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["standing"], "up");
  EXPECT_EQ(world.link("b")["published_ms"], 11.0);
  EXPECT_THAT(world.event_texts(), Contains("b: up -> down"));
  EXPECT_THAT(world.event_texts(), Contains("b: down -> earning"));
  EXPECT_THAT(world.event_texts(), Contains("b: earning -> up"));
}

// Two of five answers are missing, round after round; then all come for longer than a window.
TEST(Engine, ACrossedBoundaryIsToldOnceEachWay) {
  EngineWorld world(lab());
  world.run_for(60s);
  for (int round = 0; round < 12; ++round) {
    world.far("b").answers = false;
    world.run_for(6s);
    world.far("b").answers = true;
    world.run_for(9s);
  }
  EXPECT_THAT(world.event_texts(), Contains(HasSubstr("b: beyond the loss boundary: ")).Times(1));
  EXPECT_THAT(world.event_texts(), Not(Contains(HasSubstr("b: back from"))));
  EXPECT_EQ(world.link("b")["standing"], "up");
  world.run_for(30min);
  EXPECT_THAT(world.event_texts(), Contains("b: back from the loss boundary: 0.0 % proven").Times(1));
  EXPECT_THAT(world.event_texts(), Not(Contains(HasSubstr("RTT boundary"))));
}

TEST(Engine, WhatStartsAnewHasNotComeBackFromABoundary) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").rtt = Milliseconds{2000.0};
  world.run_for(120s);
  EXPECT_THAT(world.event_texts(), Contains(HasSubstr("b: beyond the RTT boundary: ")).Times(1));
  world.far("b") = {.answers = false};
  world.run_for(60s);
  world.far("b").answers = true;
  world.run_for(120s);
  EXPECT_EQ(world.link("b")["standing"], "up");
  EXPECT_THAT(world.event_texts(), Not(Contains(HasSubstr("back from"))));
}

TEST(Engine, AnInterfaceThatGoesIsADropAtOnce) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").interface_up = false;
  world.interface_changed("b");
  world.run_for(1s);
  EXPECT_EQ(world.link("b")["standing"], "down");
  EXPECT_EQ(world.link("b")["interface_up"], false);
  EXPECT_THAT(world.metrics_file, HasSubstr("define COST_2 = 10000000;"));
  world.far("b").interface_up = true;
  world.interface_changed("b");
  EXPECT_THAT(world.event_texts(), Contains("b: interface gre-b is down").Times(1));
  EXPECT_THAT(world.event_texts(), Contains("b: interface gre-b is back").Times(1));
}

TEST(Engine, ARoundThatOurOwnKernelRefusesIsALocalFault) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").refusal = ENETUNREACH;
  const std::size_t sent = world.sent("b").size();
  while (world.sent("b").size() < sent + 4) world.run_for(10ms);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  EXPECT_EQ(world.link("b")["standing"], "up");
  world.run_for(15s);
  EXPECT_THAT(world.link("b")["local_fault"].get<std::string>(), HasSubstr("Network is unreachable"));
  EXPECT_EQ(world.link("b")["standing"], "down");
  EXPECT_EQ(world.link("b")["counters"]["probes_lost"], 0) << "nothing is said of the peer";
  EXPECT_EQ(world.link("c")["standing"], "up");
  world.far("b").refusal = 0;
  world.run_for(90s);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  EXPECT_EQ(world.link("b")["standing"], "up");
  EXPECT_THAT(world.event_texts(), Contains("b: probes leave again"));
}

// WireGuard says nothing of what it cannot send: the link is silent, and the kernel is asked why.
TEST(Engine, ALinkWhoseEndpointHasNoWayIsToldApartFromASilentPeer) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").answers = world.far("c").answers = false;
  world.far("b").way_refused = EINVAL;
  world.run_for(30s);
  const std::string fault =
      "a blackhole route or rule takes what is for its endpoint 192.0.2.2: see `ip rule; ip route show table "
      "all match 192.0.2.2`";
  EXPECT_EQ(world.link("b")["local_fault"], fault);
  EXPECT_EQ(world.link("b")["standing"], "down");
  EXPECT_EQ(world.link("c")["local_fault"], nullptr);
  world.far("b").way_refused = 0;
  world.far("b").way_by = world.far("c").interface_index;
  world.run_for(30s);
  EXPECT_EQ(world.link("b")["local_fault"],
            "its endpoint 192.0.2.2 is routed into the mesh, by gre-c; it needs a route by the uplink");
  world.far("b").answers = true;
  world.run_for(20s);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  EXPECT_THAT(world.event_texts(), Contains("b: " + fault).Times(1));
  EXPECT_THAT(world.event_texts(), Contains("b: it answers again").Times(1));
}

// Rounds overlap, and the peer answers although the kernel has no way: each is said once.
TEST(Engine, AnAnswerEndsTheFaultWhateverTheKernelSays) {
  mesh::Mesh mesh = lab();
  mesh.tuning.interval = 1s;
  EngineWorld world(mesh);
  world.run_for(60s);
  world.far("b").answers = false;
  world.far("b").way_refused = ENETUNREACH;
  world.run_for(10s);
  const std::string fault =
      "this router has no way to its endpoint 192.0.2.2: see `ip rule; ip route show table all match "
      "192.0.2.2`";
  EXPECT_EQ(world.link("b")["local_fault"], fault);
  world.far("b").answers = true;
  world.run_for(1s);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  world.run_for(10s);
  for (int i = 0; i < 40; ++i) {  // half of all probes are lost, some of every round
    world.far("b").answers = i % 2 == 0;
    world.run_for(300ms);
  }
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  EXPECT_THAT(world.event_texts(), Contains("b: " + fault).Times(1));
  EXPECT_THAT(world.event_texts(), Contains("b: it answers again").Times(1));
}

TEST(Engine, AWayThatIsThereAgainEndsTheFaultOfALinkThatStaysSilent) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.far("b").answers = false;
  world.far("b").way_refused = ENETUNREACH;
  world.run_for(60s);
  ASSERT_NE(world.link("b")["local_fault"], nullptr);
  world.far("b").way_refused = 0;
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  EXPECT_THAT(world.event_texts(), Contains("b: there is a way to its endpoint again").Times(1));
}

TEST(Engine, AFaultOfAnEndpointGoesWithIt) {
  mesh::Mesh mesh = lab();
  EngineWorld world(mesh);
  world.run_for(60s);
  world.far("b").answers = false;
  world.far("b").way_refused = EINVAL;
  world.run_for(60s);
  ASSERT_NE(world.link("b")["local_fault"], nullptr);
  mesh.sites[1].endpoint->host = "b.example.net";
  world.happen(MeshRead{mesh});
  EXPECT_EQ(world.link("b")["local_fault"], nullptr);
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["local_fault"], nullptr) << "nobody is asked about a name";
  EXPECT_THAT(world.event_texts(), Contains("b: its endpoint is another one in the mesh file").Times(1));
  EXPECT_EQ(world.link("b")["standing"], "down");
}

TEST(Engine, TellsOfALanWhoseInterfaceIsDown) {
  mesh::Mesh mesh = lab();
  EngineWorld world(mesh);
  const auto fault = [&] { return world.ask(R"({"ask": "status"})")["lan_fault"]; };
  world.run_for(10s);
  EXPECT_EQ(fault(), nullptr);
  world.set_lan(false);
  EXPECT_EQ(fault(), "lan_interface br-lan is down: 10.10.1.0/24 is not announced by it");
  world.set_lan(true);
  EXPECT_EQ(fault(), nullptr);
  mesh.sites[0].lan_interface = "lan7";
  mesh.sites[0].lan.push_back(*parse_prefix("10.10.100.0/24"));
  world.happen(MeshRead{mesh});
  EXPECT_EQ(fault(),
            "lan_interface lan7 is missing here: 10.10.1.0/24, 10.10.100.0/24 are not announced by it");
  mesh.sites[0].lan.clear();
  mesh.sites[0].lan_interface.clear();
  world.happen(MeshRead{mesh});
  EXPECT_EQ(fault(), nullptr);
  const auto texts = world.event_texts();
  EXPECT_THAT(texts, Contains("lan_interface br-lan is up").Times(1));
  EXPECT_THAT(texts, Contains("the mesh file names no LAN of this site any more").Times(1));
}

TEST(Engine, AnOwnFirewallDoesNotCostALinkItsTraffic) {
  EngineWorld world(lab());
  world.run_for(60s);
  for (const int refusal : {EPERM, ENOBUFS}) {
    world.far("b").refusal = refusal;
    world.run_for(60s);
    EXPECT_NE(world.link("b")["local_fault"], nullptr);
    EXPECT_EQ(world.link("b")["standing"], "up");
    EXPECT_EQ(world.link("b")["published_ms"], 11.0);
  }
}

// The link is up and its routes stay; who reads status or the journal is told, once.
TEST(Engine, TellsOfAPathThatSwallowsLongPackets) {
  EngineWorld world(lab());
  EXPECT_EQ(world.link("b")["mtu"], control::Json::parse(R"({"bytes": 1400, "passes": null})"));
  world.far("b").longest = 1399;
  world.run_for(60s);
  const std::string blocked =
      "b: packets of 1400 bytes do not pass, small ones do: lower mtu or wan_mtu in the mesh file";
  EXPECT_EQ(world.link("b")["mtu"]["passes"], false);
  EXPECT_EQ(world.link("c")["mtu"]["passes"], true);
  EXPECT_EQ(world.link("b")["standing"], "up");
  EXPECT_EQ(world.link("b")["published_ms"], world.link("c")["published_ms"]);
  EXPECT_EQ(world.link("b")["counters"]["probes_lost"], 0);
  EXPECT_THAT(world.event_texts(), Contains(blocked).Times(1));
  const std::size_t writes = world.metrics_writes.size();
  world.run_for(10min);
  world.far("b").longest = 1400;
  world.run_for(2min);
  EXPECT_EQ(world.link("b")["mtu"]["passes"], true);
  EXPECT_THAT(world.event_texts(), Contains(blocked).Times(1));
  EXPECT_THAT(world.event_texts(), Contains("b: packets of 1400 bytes pass again").Times(1));
  EXPECT_EQ(world.metrics_writes.size(), writes);
}

TEST(Engine, TellsAgainOfASmallerPacketThatDoesNotPassEither) {
  EngineWorld world(lab());
  world.far("b").longest = 1299;
  world.run_for(60s);
  mesh::Mesh changed = lab();
  changed.links.front().mtu = 1300;
  world.happen(MeshRead{changed});
  world.run_for(2min);
  EXPECT_EQ(world.link("b")["mtu"]["bytes"], 1300);
  EXPECT_THAT(world.event_texts(), Contains(HasSubstr("b: packets of 1400 bytes do not pass")).Times(1));
  EXPECT_THAT(world.event_texts(), Contains(HasSubstr("b: packets of 1300 bytes do not pass")).Times(1));
  changed.links.front().mtu = 1299;
  world.happen(MeshRead{changed});
  world.run_for(2min);
  EXPECT_THAT(world.event_texts(), Contains("b: packets of 1299 bytes pass again").Times(1));
}

// The interface's own MTU is smaller than the file says: that is for `plan` to tell.
TEST(Engine, AFullSizeProbeThatOurKernelRefusesIsNoFault) {
  mesh::Mesh mesh = lab();
  mesh.tuning.probes = 1;  // so that a single refusal of a small one would be a fault
  EngineWorld world(mesh);
  world.far("b").longest_to_leave = 1300;
  world.run_for(10min);
  EXPECT_EQ(world.link("b")["mtu"]["passes"], nullptr);
  EXPECT_THAT(world.event_texts(), Each(Not(HasSubstr("no probe leaves"))));
  EXPECT_EQ(world.link("b")["counters"]["local_faults"], 0);
  EXPECT_EQ(world.link("b")["standing"], "up");
}

TEST(Engine, WhatComesInByNoLinksInterfaceIsCountedOnly) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.happen(PacketArrived{4711, netlink::Bytes(44, 0x45), {}});
  EXPECT_EQ(world.ask(R"({"ask": "status"})")["stray_packets"], 1);
  EXPECT_EQ(world.link("b")["counters"]["malformed_packets"], 0);
}

TEST(Engine, ARestartPublishesWhatWasPublished) {
  EngineWorld before(lab());
  before.run_for(60s);
  EngineWorld after(lab(), 1, before.metrics_file);
  EXPECT_EQ(after.link("b")["published_ms"], 11.0);
  after.run_for(10min);
  EXPECT_TRUE(after.metrics_writes.empty());
}

TEST(Engine, ANeutralFileIsNoMeasurement) {
  const mesh::Mesh mesh = lab();
  EngineWorld world(mesh, 1, bird::format_metrics(bird::neutral(mesh, 1)));
  world.run_for(60s);
  EXPECT_EQ(world.link("b")["published_ms"], 11.0);  // nothing to earn
}

TEST(Engine, ReadsTheMeshFileAgain) {
  EngineWorld world(lab());
  world.run_for(60s);
  world.happen(MeshRead{Error{"mesh.toml:3:1: error: unknown key"}});
  EXPECT_EQ(world.ask(R"({"ask": "status"})")["mesh_file_ok"], false);
  EXPECT_EQ(world.link("b")["standing"], "up");
  mesh::Mesh changed = lab();
  changed.links.front().bias = Milliseconds{30.0};
  world.happen(MeshRead{changed});
  world.run_for(3s);
  EXPECT_EQ(world.ask(R"({"ask": "status"})")["mesh_file_ok"], true);
  EXPECT_EQ(world.link("b")["published_ms"], 41.0);
  EXPECT_GT(world.link("b")["loss"]["probes"].get<int>(), 15);  // its history stays
}

TEST(Engine, AChangedTimeOutIsInForceAtOnce) {
  EngineWorld world(lab());
  world.run_for(60s);
  mesh::Mesh changed = lab();
  changed.tuning.probe_timeout = 1s;
  world.happen(MeshRead{changed});
  world.far("b").rtt = Milliseconds{2000.0};
  world.run_for(60s);
  EXPECT_NEAR(world.link("b")["rtt_ms"].get<double>(), 10.0, 0.01) << "late answers have no RTT";
}

TEST(Engine, ForgedAnswersAreCountedAndChangeNothing) {
  EngineWorld world(lab());
  world.run_for(60s);
  const auto published = world.link("b")["published_ms"];
  for (int i = 0; i < 1000; ++i) world.forge("b");
  world.run_for(30s);
  EXPECT_EQ(world.link("b")["published_ms"], published);
  EXPECT_EQ(world.link("b")["counters"]["forged_answers"], 1000);
  for (std::size_t length = 0; length < 64; ++length) {
    world.happen(PacketArrived{10, netlink::Bytes(length, 0x45), {}});  // no echo reply at all
  }
  EXPECT_EQ(world.link("b")["published_ms"], published);
}

// A quick batch is a sample of its own, which the controller sees with what the interface has counted.
TEST(Engine, ASlowAnswerIsFollowedByQuickProbes) {
  EngineWorld world(lab());
  world.run_for(120s);
  EXPECT_EQ(world.link("b")["counters"]["quick_probes"], 0);
  const auto probes_before = world.link("b")["loss"]["probes"].get<int>();
  world.far("b").rtt = Milliseconds{110.0};
  const std::size_t calm = world.sent("b").size();
  while (world.sent("b").size() < calm + 1) world.run_for(10ms);
  const MonotonicTime slow = world.sent("b").back();
  world.run_for(110ms + 150ms);
  ASSERT_GE(world.sent("b").size(), calm + 3);
  EXPECT_LE(world.sent("b")[calm + 1] - slow, 110ms + 50ms);
  EXPECT_EQ(world.sent("b")[calm + 2] - world.sent("b")[calm + 1], 100ms);
  const std::size_t counted = world.counter_requests;
  world.run_for(500ms);
  EXPECT_GE(world.link("b")["counters"]["quick_probes"], 5);
  EXPECT_GE(world.link("b")["loss"]["probes"].get<int>(), probes_before + 5);
  EXPECT_EQ(world.counter_requests, counted + 1);
  world.run_for(1s);
  EXPECT_GT(world.link("b")["published_ms"], 40.0) << "believed within two seconds of the first slow answer";
}

// What is published ten minutes after a slowness that lasted until it was told, and `longer`. `bytes_at`:
// what we send in each tenth of a second.
double published_after(Duration longer, const std::function<std::uint64_t(int)>& bytes_at) {
  EngineWorld world(lab());
  int tenth = 0;
  const auto send = [&] {
    world.far("b").counters.tx_bytes += bytes_at(tenth++);
    world.run_for(100ms);
  };
  for (Duration passed{}; passed < 120s; passed += 100ms) send();
  world.far("b").rtt = Milliseconds{110.0};
  while (world.link("b")["published_ms"] < 40.0) send();
  for (Duration passed{}; passed < longer; passed += 100ms) send();
  world.far("b").rtt = Milliseconds{10.0};
  for (Duration passed{}; passed < 10min; passed += 100ms) send();
  return world.link("b")["published_ms"].get<double>();
}

constexpr std::uint64_t k120Mbit = 1'500'000;  // in a tenth of a second

// Nothing of it is in the round's median, and a fifth of it in its load.
TEST(Engine, ALoadThatQuickProbesSawAndMovedAwayIsRemembered) {
  constexpr int kSlowFrom = 1200, kSlowFor = 30;
  const auto own = [](int tenth) {
    return tenth >= kSlowFrom && tenth < kSlowFrom + kSlowFor ? k120Mbit : 0;
  };
  EXPECT_GT(published_after(0s, own), 40.0);
  EXPECT_LT(published_after(0s, [](int) { return 0; }), 20.0) << "somebody else's";
}

// A second each five: a batch within one sees five times what the round does, and the round as much as ever.
TEST(Engine, BurstsThatAreAlwaysThereAreNotWhatMadeItSlow) {
  for (int phase = 0; phase < 50; phase += 10) {
    const auto bursts = [phase](int tenth) { return (tenth + phase) % 50 < 10 ? k120Mbit : 0; };
    EXPECT_LT(published_after(30s, bursts), 20.0) << phase;
  }
}

// Full from the first moment on: that is known of the first round already.
TEST(Engine, TheFirstRoundHasItsLoad) {
  EngineWorld world(lab());
  world.far("b").rtt = Milliseconds{110.0};
  while (world.link("b")["standing"] != "up") {
    world.far("b").counters.tx_bytes += k120Mbit;
    world.run_for(100ms);
  }
  world.far("b").rtt = Milliseconds{10.0};
  world.run_for(10min);
  EXPECT_GT(world.link("b")["published_ms"], 40.0);
}

TEST(Engine, ALinkThatWasMeasuredOnceIsConfirmedAtOnceToo) {
  EngineWorld world(lab());
  while (world.link("b")["standing"] != "up") world.run_for(100ms);
  world.far("b").rtt = Milliseconds{110.0};
  world.run_for(7s);
  EXPECT_GT(world.link("b")["published_ms"], 40.0) << "not by its second round";
}

// 44 bytes and 24 of GRE are padded to 80, and 60 of WireGuard: 140 for a probe, as much for its answer. A
// day and a round of them, and seven probes of 1484, are the rounds'; the rest is left for other probes.
TEST(Engine, TellsTheProberWhatALinkMayCost) {
  mesh::Mesh mesh = lab();
  mesh.links.front().metered = true;
  mesh.links.front().budget_bytes_per_day = 17'000'000;
  const auto links = probed_links(mesh, 1);
  EXPECT_TRUE(links[0].metered);
  ASSERT_TRUE(links[0].budget);
  EXPECT_EQ(*links[0].budget, (probe::Budget{8'500'000 - 1441 * 1400 - 17'821 - 2968, 280, 2968, 4h}))
      << "the other end has the other half";
  EXPECT_EQ(links[0].mtu, 1400);
  EXPECT_FALSE(links[1].metered);
  EXPECT_FALSE(links[1].budget);
}

TEST(Engine, TellsTheControllerOfQuickRounds) {
  probe::Round round{.results = {{.outcome = probe::Outcome::lost}}};
  EXPECT_FALSE(sample_of(round).quick);
  round.quick = true;
  EXPECT_TRUE(sample_of(round).quick);
}

TEST(Engine, AnswersWhatItIsAsked) {
  EngineWorld world(lab());
  EXPECT_THAT(world.ask("{}")["error"].get<std::string>(), HasSubstr("no \"ask\""));
  EXPECT_THAT(world.ask(R"({"ask": "explain", "destination": "nowhere"})")["error"].get<std::string>(),
              HasSubstr("no site of the mesh has"));
}

TEST(Engine, KeepsAThousandEvents) {
  Journal journal;
  for (int i = 0; i < 1500; ++i) journal.add({.kind = "bird"});
  EXPECT_EQ(journal.since(0).size(), 1000U);
  EXPECT_EQ(journal.since(0).front().number, 501U);
  EXPECT_EQ(journal.since(1499).size(), 1U);
}

}  // namespace
}  // namespace trimtab::engine
