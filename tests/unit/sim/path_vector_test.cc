// BGP's model held against Dijkstra, and the bound on favours against meshes and orders of delivery at
// random.
#include "sim/path_vector.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "sim/shortest.h"
#include "util/rng.h"

namespace trimtab::sim {
namespace {

constexpr std::uint64_t kMost = 100'000;  // updates; every mesh here settles within a hundredth of it

struct MeshOfCosts {
  std::size_t sites = 0;
  PathVector::Links links;
  Costs costs;  // both directions

  Value cost(Site from, Site to) const { return static_cast<Value>(*costs[from * sites + to]); }
  void publish(PathVector& network) const {
    for (const auto& [one, other] : links) {
      network.set_cost(one, other, cost(one, other));
      network.set_cost(other, one, cost(other, one));
    }
  }
};

MeshOfCosts any_mesh(Rng& random, std::size_t sites, std::uint64_t highest_cost = 300) {
  MeshOfCosts mesh{.sites = sites, .costs = Costs(sites * sites)};
  for (Site one = 0; one < sites; ++one) {
    for (Site other = one + 1; other < sites; ++other) {
      if (random.below(5) < 2) continue;
      mesh.links.emplace_back(one, other);
      mesh.costs[one * sites + other] = static_cast<double>(1 + random.below(highest_cost));
      mesh.costs[other * sites + one] = static_cast<double>(1 + random.below(highest_cost));
    }
  }
  return mesh;
}

void expect_cheapest(const PathVector& network, const MeshOfCosts& mesh) {
  for (Site to = 0; to < mesh.sites; ++to) {
    const auto cheapest = cheapest_to(to, std::vector<bool>(mesh.sites, true), mesh.costs);
    for (Site from = 0; from < mesh.sites; ++from) {
      const auto sum = network.sum(from, to);
      RC_ASSERT(sum.has_value() == cheapest[from].has_value());
      if (sum) RC_ASSERT(static_cast<double>(*sum) == *cheapest[from]);
    }
  }
}

// Sessions with updates under way; one at random speaks next.
class Post {
 public:
  explicit Post(PathVector& network) : network_(network) {}

  void collect() {
    for (Update& update : network_.take_outbox()) {
      waiting_[{update.from, update.to}].push_back(std::move(update));
    }
  }
  bool empty() const { return waiting_.empty(); }
  void deliver_one(Rng& random) {
    auto session = waiting_.begin();
    std::advance(session, static_cast<std::ptrdiff_t>(random.below(waiting_.size())));
    network_.receive(session->second.front());
    session->second.pop_front();
    if (session->second.empty()) waiting_.erase(session);
    collect();
  }

 private:
  PathVector& network_;
  std::map<std::pair<Site, Site>, std::deque<Update>> waiting_;
};

RC_GTEST_PROP(PathVector, SettlesOnTheCheapestOfAllPaths, (std::uint64_t seed)) {
  Rng random(seed);
  const MeshOfCosts mesh = any_mesh(random, 2 + random.below(9));
  PathVector network(mesh.sites, mesh.links, Choice::path);
  mesh.publish(network);
  RC_ASSERT(settle(network, kMost));
  expect_cheapest(network, mesh);
}

RC_GTEST_PROP(PathVector, SettlesInWhateverOrderUpdatesArrive, (std::uint64_t seed)) {
  Rng random(seed);
  MeshOfCosts mesh = any_mesh(random, 2 + random.below(7));
  PathVector network(mesh.sites, mesh.links, Choice::path);
  Post post(network);
  std::set<std::size_t> down;
  for (int step = 0; step < 60 && !mesh.links.empty(); ++step) {
    const std::size_t index = random.below(mesh.links.size());
    const auto [one, other] = mesh.links[index];
    switch (random.below(3)) {
      case 0:
        network.set_cost(one, other, static_cast<Value>(1 + random.below(100)));
        break;
      case 1:
        network.link_down(one, other);
        down.insert(index);
        break;
      default:
        network.link_up(one, other);
        down.erase(index);
        break;
    }
    post.collect();
    for (std::uint64_t n = random.below(20); n > 0 && !post.empty(); --n) post.deliver_one(random);
  }
  mesh.publish(network);
  post.collect();
  for (std::uint64_t delivered = 0; !post.empty(); ++delivered) {
    RC_ASSERT(delivered < kMost);
    post.deliver_one(random);
  }
  for (const std::size_t index : down) {
    const auto [one, other] = mesh.links[index];
    mesh.costs[one * mesh.sites + other].reset();
    mesh.costs[other * mesh.sites + one].reset();
  }
  expect_cheapest(network, mesh);
}

// Every site favours whom it likes by as much as it likes, while updates are under way in any order.
RC_GTEST_PROP(PathVector, FavoursBelowTheOwnCostAlwaysSettle, (std::uint64_t seed)) {
  Rng random(seed);
  const MeshOfCosts mesh = any_mesh(random, 3 + random.below(6), 20);
  PathVector network(mesh.sites, mesh.links, Choice::path);
  mesh.publish(network);
  Post post(network);
  post.collect();
  for (int favours = 0; favours < 100; ++favours) {
    const auto site = static_cast<Site>(random.below(mesh.sites));
    const auto destination = static_cast<Site>(random.below(mesh.sites));
    std::vector<Site> neighbours;
    for (const auto& [one, other] : mesh.links) {
      if (one == site || other == site) neighbours.push_back(one == site ? other : one);
    }
    if (!neighbours.empty()) {
      const Site favoured = neighbours[random.below(neighbours.size())];
      network.set_favour(site, destination, favoured, static_cast<Value>(random.below(1001)));
    }
    post.collect();
    for (std::uint64_t n = random.below(30); n > 0 && !post.empty(); --n) post.deliver_one(random);
  }
  for (std::uint64_t delivered = 0; !post.empty(); ++delivered) {
    RC_ASSERT(delivered < kMost);
    post.deliver_one(random);
  }
  // What it settled on is stable and true: each sum is the one that the neighbour says, plus the own link.
  for (Site from = 0; from < mesh.sites; ++from) {
    for (Site to = 0; to < mesh.sites; ++to) {
      if (const auto through = network.chosen(from, to))
        RC_ASSERT(*network.sum(from, to) == *network.sum(*through, to) + mesh.cost(from, *through));
    }
  }
}

// Three sites around a destination: direct 10 ms, ring 1 ms, each holds its prefix through the next.
PathVector ring(Favours favours, Value favour) {
  constexpr Site kDestination = 3;
  PathVector network(4, {{0, 3}, {1, 3}, {2, 3}, {0, 1}, {1, 2}, {0, 2}}, Choice::path, favours);
  for (Site site = 0; site < 3; ++site) {
    for (const Site other : {(site + 1) % 3, (site + 2) % 3}) network.set_cost(site, other, 10);
    network.set_cost(site, kDestination, 100);
    network.set_cost(kDestination, site, 100);
    network.set_favour(site, kDestination, (site + 1) % 3, favour);
  }
  return network;
}

TEST(PathVector, AFavourAboveTheOwnCostChasesForEver) {
  // ‰ of the 110 through the next one: 1.5 ms, and 0.9 ms.
  constexpr Value kTooMuch = 137, kAllowed = 82;
  PathVector unbounded = ring(Favours::not_bounded, kTooMuch);
  EXPECT_FALSE(settle(unbounded, kMost));
  PathVector small = ring(Favours::not_bounded, kAllowed);
  EXPECT_TRUE(settle(small, 1000)) << "0.9 ms is below the ring's 1 ms";
  PathVector bounded = ring(Favours::below_own_cost, kTooMuch);
  EXPECT_TRUE(settle(bounded, 1000));
  for (Site site = 0; site < 3; ++site) EXPECT_EQ(bounded.chosen(site, 3), 3U);
}

// 0 - 1 - 3 and 0 - 2 - 3.
PathVector diamond(Choice choice) {
  return {4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}, choice};
}

TEST(PathVector, AFavouredNeighbourStaysAndTheTruthIsAnnounced) {
  PathVector network = diamond(Choice::path);
  for (const auto& [from, to, cost] : {std::tuple{0U, 1U, 100U}, {0U, 2U, 90U}, {1U, 3U, 10U}, {2U, 3U, 10U}})
    network.set_cost(from, to, cost);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 3), 2U);
  EXPECT_EQ(network.sum(0, 3), 100U);
  network.set_favour(0, 3, 1, 100);
  EXPECT_EQ(network.chosen(0, 3), 1U);
  EXPECT_EQ(network.sum(0, 3), 110U) << "without the favour";
  network.set_favour(0, 3, 1, 82);
  EXPECT_EQ(network.chosen(0, 3), 2U) << "the other is cheaper by more than the favour";
  network.set_favour(0, 3, 1, 100);
  network.set_favour(0, 3, std::nullopt, 0);
  EXPECT_EQ(network.chosen(0, 3), 2U);
  ASSERT_TRUE(settle(network, kMost));
  const auto offers = network.offers(0, 3);
  ASSERT_EQ(offers.size(), 2U);
  EXPECT_EQ(offers[0].neighbour, 1U);
  EXPECT_EQ(offers[0].sum, 10U) << "without the own link";
  EXPECT_EQ(offers[0].length, 2U);
}

TEST(PathVector, LastResortStillRoutes) {
  PathVector network = diamond(Choice::path);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.sum(0, 3), 2 * controller::kLastResort);
}

TEST(PathVector, WhatAFallenSessionHadUnderWayIsLost) {
  PathVector network(2, {{0, 1}}, Choice::path);
  const auto first = network.take_outbox();
  ASSERT_EQ(first.size(), 2U);
  network.link_down(0, 1);
  network.link_up(0, 1);
  for (const Update& update : first) network.receive(update);
  EXPECT_EQ(network.chosen(0, 1), std::nullopt);
  ASSERT_TRUE(settle(network, kMost)) << "the new session says it again";
  EXPECT_EQ(network.chosen(0, 1), 1U);
  network.link_down(0, 1);
  EXPECT_EQ(network.chosen(0, 1), std::nullopt);
}

TEST(PathVector, NothingIsAnnouncedBackNorThroughItself) {
  // 0 - 1 - 2: what 1 has of 2 is for 0 alone, and 0 never offers 1 a way to 2.
  PathVector network(3, {{0, 1}, {1, 2}}, Choice::path);
  ASSERT_TRUE(settle(network, kMost));
  ASSERT_EQ(network.chosen(0, 2), 1U);
  EXPECT_TRUE(network.offers(1, 2).size() == 1);
  network.link_down(1, 2);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 2), std::nullopt) << "no counting to infinity";
  EXPECT_EQ(network.offers(0, 2).size(), 0U);
}

TEST(PathVector, APathThroughTheReceiverIsNoOffer) {
  PathVector network(3, {{0, 1}}, Choice::path);
  (void)network.take_outbox();
  const auto through = [](AsPath path) {
    return Update{.from = 1,
                  .to = 0,
                  .destination = 2,
                  .route = {.sum = 1, .path = std::make_shared<const AsPath>(std::move(path))}};
  };
  network.receive(through({1, 2}));
  EXPECT_EQ(network.chosen(0, 2), 1U);
  network.receive(through({1, 0, 2}));
  EXPECT_EQ(network.chosen(0, 2), std::nullopt) << "and what was there before is gone";
  network.receive(through({1, 2}));
  Update absurd = through({1, 2});
  absurd.route.sum = 1'000'000'001;
  network.receive(absurd);
  EXPECT_EQ(network.chosen(0, 2), std::nullopt) << "BIRD's integers would wrap";
}

TEST(PathVector, ASiteWithoutTransitCarriesItsOwnTrafficOnly) {
  PathVector network = diamond(Choice::as_path);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 3), 1U) << "equals: the lower id";
  network.set_transit(1, false);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 3), 2U);
  EXPECT_EQ(network.chosen(0, 1), 1U);
  EXPECT_EQ(network.chosen(1, 3), 3U);
  network.set_transit(1, true);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 3), 1U);
}

TEST(PathVector, ScoreJudgesTheFirstLinkAndThenTheLength) {
  PathVector network(4, {{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 3}}, Choice::score);
  for (const auto& [from, to, preference] : {std::tuple{0U, 1U, 150U},
                                             {0U, 2U, 160U},
                                             {2U, 3U, 100U},
                                             {2U, 1U, 190U},
                                             {1U, 3U, 150U},
                                             {1U, 2U, 100U}})
    network.set_cost(from, to, preference);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(2, 3), 1U) << "the better first link, though the way is longer";
  EXPECT_EQ(network.chosen(0, 3), 2U);
  network.set_cost(0, 2, 150);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.chosen(0, 3), 1U) << "equal preference: the shorter AS path";
}

TEST(PathVector, CountsUpdatesAndChanges) {
  PathVector network = diamond(Choice::path);
  ASSERT_TRUE(settle(network, kMost));
  (void)network.take_moves();
  const auto updates = network.updates_sent();
  EXPECT_EQ(network.changes_of_choice(), 0U) << "the first route is no change";
  network.set_cost(0, 2, 10);
  ASSERT_TRUE(settle(network, kMost));
  EXPECT_EQ(network.changes_of_choice(), 1U);
  EXPECT_GT(network.updates_sent(), updates);
  const auto moves = network.take_moves();
  ASSERT_EQ(moves.size(), 1U);
  EXPECT_EQ(moves[0].site, 0U);
  EXPECT_EQ(moves[0].destination, 3U);
  EXPECT_EQ(moves[0].from, 1U);
  EXPECT_EQ(moves[0].to, 2U);
  EXPECT_TRUE(network.take_moves().empty());
}

}  // namespace
}  // namespace trimtab::sim
