#include "sim/path_vector.h"

#include <algorithm>
#include <deque>

#include "util/check.h"

namespace trimtab::sim {
namespace {

// A received sum above this is rejected, as by the filter: BIRD's integers wrap.
constexpr Value kHighestSum = 1'000'000'000;
constexpr std::int64_t kWholePath = 1000;  // a favour is counted in thousandths of it

bool same(const Route& one, const Route& other) {
  if (!one.path || !other.path) return !one.path && !other.path;
  return one.sum == other.sum && (one.path == other.path || *one.path == *other.path);
}

bool contains(const AsPath& path, Site site) {
  return std::find(path.begin(), path.end(), site) != path.end();
}

}  // namespace

PathVector::PathVector(std::size_t sites, const Links& links, Choice choice, Favours favours)
    : choice_(choice), favours_(favours), routers_(sites) {
  const Value unmeasured =
      choice == Choice::score ? controller::kLastResortPreference : controller::kLastResort;
  for (const auto& [one, other] : links) {
    TRIMTAB_CHECK(one != other && one < sites && other < sites);
    routers_[one].neighbours.push_back({.site = other, .cost = unmeasured});
    routers_[other].neighbours.push_back({.site = one, .cost = unmeasured});
  }
  for (Site site = 0; site < sites; ++site) {
    Router& router = routers_[site];
    std::sort(router.neighbours.begin(), router.neighbours.end(),
              [](const Neighbour& a, const Neighbour& b) { return a.site < b.site; });
    router.offers.resize(sites * router.neighbours.size());
    router.chosen.resize(sites);
    router.chosen[site].route = {.sum = 0, .path = std::make_shared<const AsPath>(AsPath{site})};
    say(site, site);
  }
}

void PathVector::set_cost(Site site, Site neighbour, Value published) {
  Router& router = routers_[site];
  const Slot slot = slot_of(router, neighbour);
  if (router.neighbours[slot].cost == published) return;
  router.neighbours[slot].cost = published;
  for (Site destination = 0; destination < sites(); ++destination) {
    if (offer(router, destination, slot).path) reconsider(site, destination, slot);
  }
}

void PathVector::set_favour(Site site, Site destination, std::optional<Site> neighbour, Value per_mille) {
  Router& router = routers_[site];
  Chosen& chosen = router.chosen[destination];
  chosen.favoured = neighbour ? slot_of(router, *neighbour) : kNone;
  chosen.favour = neighbour ? per_mille : 0;
  if (site != destination) choose(site, destination, best(router, destination));
}

void PathVector::set_transit(Site site, bool transit) {
  Router& router = routers_[site];
  if (router.transit == transit) return;
  router.transit = transit;
  for (Site destination = 0; destination < sites(); ++destination) {
    const Chosen& chosen = router.chosen[destination];
    if (site == destination || !chosen.said.path) continue;
    for (Slot slot = 0; slot < router.neighbours.size(); ++slot) {
      if (slot == chosen.said_slot) continue;
      send(site, router.neighbours[slot], destination, transit ? chosen.said : Route{});
    }
  }
}

void PathVector::link_down(Site one, Site other) {
  drop(one, other);
  drop(other, one);
}

void PathVector::link_up(Site one, Site other) {
  greet(one, other);
  greet(other, one);
}

void PathVector::drop(Site site, Site neighbour) {
  Router& router = routers_[site];
  const Slot slot = slot_of(router, neighbour);
  if (!router.neighbours[slot].up) return;
  router.neighbours[slot].up = false;
  for (Site destination = 0; destination < sites(); ++destination) {
    Route& lost = offer(router, destination, slot);
    if (!lost.path) continue;
    lost = {};
    reconsider(site, destination, slot);
  }
}

void PathVector::greet(Site site, Site neighbour) {
  Router& router = routers_[site];
  const Slot slot = slot_of(router, neighbour);
  Neighbour& peer = router.neighbours[slot];
  if (peer.up) return;
  peer.up = true;
  ++peer.session;
  for (Site destination = 0; destination < sites(); ++destination) {
    const Chosen& chosen = router.chosen[destination];
    if (chosen.said.path && chosen.said_slot != slot && announces(router, site, destination))
      send(site, peer, destination, chosen.said);
  }
}

void PathVector::receive(const Update& update) {
  Router& router = routers_[update.to];
  const Slot slot = slot_of(router, update.from);
  const Neighbour& neighbour = router.neighbours[slot];
  if (!neighbour.up || neighbour.session != update.session || update.to == update.destination) return;
  const Route& said = update.route;
  const bool usable = said.path && !contains(*said.path, update.to) && said.sum <= kHighestSum;
  Route& held = offer(router, update.destination, slot);
  if (usable ? same(held, said) : !held.path) return;
  held = usable ? said : Route{};
  reconsider(update.to, update.destination, slot);
}

std::optional<Site> PathVector::chosen(Site site, Site destination) const {
  const Router& router = routers_[site];
  const Slot slot = router.chosen[destination].slot;
  return slot == kNone ? std::nullopt : std::optional(router.neighbours[slot].site);
}

std::optional<Value> PathVector::sum(Site site, Site destination) const {
  const Route& route = routers_[site].chosen[destination].route;
  return route.path ? std::optional(route.sum) : std::nullopt;
}

std::optional<Value> PathVector::cheapest(Site site, Site destination) const {
  const Router& router = routers_[site];
  std::optional<Value> least;
  for (Slot slot = 0; slot < router.neighbours.size(); ++slot) {
    const Route& route = offer(router, destination, slot);
    if (route.path) least = std::min(least.value_or(UINT32_MAX), router.neighbours[slot].cost + route.sum);
  }
  return least;
}

std::vector<PathVector::Offer> PathVector::offers(Site site, Site destination) const {
  const Router& router = routers_[site];
  std::vector<Offer> all;
  for (Slot slot = 0; slot < router.neighbours.size(); ++slot) {
    const Route& route = offer(router, destination, slot);
    if (route.path) all.push_back({router.neighbours[slot].site, route.sum, route.path->size()});
  }
  return all;
}

Value PathVector::cost(Site site, Site neighbour) const {
  return routers_[site].neighbours[slot_of(routers_[site], neighbour)].cost;
}

PathVector::Slot PathVector::slot_of(const Router& router, Site neighbour) {
  const auto found = std::lower_bound(router.neighbours.begin(), router.neighbours.end(), neighbour,
                                      [](const Neighbour& one, Site id) { return one.site < id; });
  TRIMTAB_CHECK(found != router.neighbours.end() && found->site == neighbour);
  return static_cast<Slot>(found - router.neighbours.begin());
}

Route& PathVector::offer(Router& router, Site destination, Slot slot) const {
  return router.offers[destination * router.neighbours.size() + slot];
}
const Route& PathVector::offer(const Router& router, Site destination, Slot slot) const {
  return router.offers[destination * router.neighbours.size() + slot];
}

// Lower is better; the AS path decides between equals.
std::int64_t PathVector::rank(const Router& router, Site destination, Slot slot) const {
  const std::int64_t own = router.neighbours[slot].cost;
  if (choice_ == Choice::as_path) return 0;
  if (choice_ == Choice::score) return -own;
  const std::int64_t sum = own + offer(router, destination, slot).sum;
  const Chosen& chosen = router.chosen[destination];
  if (chosen.favoured != slot) return sum;
  const std::int64_t favour = sum * chosen.favour / kWholePath;
  return sum -
         (favours_ == Favours::not_bounded ? favour : std::min(favour, std::max<std::int64_t>(own - 1, 0)));
}

bool PathVector::better(const Router& router, Site destination, Slot one, Slot other) const {
  const auto rank_of_one = rank(router, destination, one), rank_of_other = rank(router, destination, other);
  if (rank_of_one != rank_of_other) return rank_of_one < rank_of_other;
  const std::size_t length = offer(router, destination, one).path->size();
  const std::size_t length_of_other = offer(router, destination, other).path->size();
  return length != length_of_other ? length < length_of_other : one < other;
}

PathVector::Slot PathVector::best(const Router& router, Site destination) const {
  Slot best = kNone;
  for (Slot slot = 0; slot < router.neighbours.size(); ++slot) {
    if (!offer(router, destination, slot).path) continue;
    if (best == kNone || better(router, destination, slot, best)) best = slot;
  }
  return best;
}

void PathVector::reconsider(Site site, Site destination, Slot slot) {
  const Router& router = routers_[site];
  const Slot present = router.chosen[destination].slot;
  if (slot == present || present == kNone) {
    choose(site, destination, best(router, destination));
  } else if (offer(router, destination, slot).path && better(router, destination, slot, present)) {
    choose(site, destination, slot);
  }
}

void PathVector::choose(Site site, Site destination, Slot slot) {
  Router& router = routers_[site];
  Chosen& chosen = router.chosen[destination];
  chosen.slot = slot;
  if (slot == kNone) {
    chosen.route = {};
  } else {
    const Route& heard = offer(router, destination, slot);
    const AsPath* present = chosen.route.path.get();
    const bool same_path = present != nullptr && present->size() == heard.path->size() + 1 &&
                           std::equal(heard.path->begin(), heard.path->end(), present->begin() + 1);
    if (!same_path) {
      auto path = std::make_shared<AsPath>();
      path->reserve(heard.path->size() + 1);
      path->push_back(site);
      path->insert(path->end(), heard.path->begin(), heard.path->end());
      chosen.route.path = std::move(path);
    }
    chosen.route.sum = choice_ == Choice::path ? heard.sum + router.neighbours[slot].cost : 0;
  }
  say(site, destination);
}

void PathVector::say(Site site, Site destination) {
  Chosen& chosen = routers_[site].chosen[destination];
  if (chosen.to_be_said) return;
  chosen.to_be_said = true;
  unsaid_.emplace_back(site, destination);
}

std::vector<Update> PathVector::take_outbox() {
  for (const auto& [site, destination] : unsaid_) announce(site, destination);
  unsaid_.clear();
  return std::exchange(outbox_, {});
}

// To everybody but the one that it came from, who hears a withdrawal if it was told something else before.
void PathVector::announce(Site site, Site destination) {
  Router& router = routers_[site];
  Chosen& chosen = router.chosen[destination];
  chosen.to_be_said = false;
  if (chosen.slot != chosen.said_slot) {
    const auto name = [&](Slot of) {
      return of == kNone ? std::nullopt : std::optional(router.neighbours[of].site);
    };
    if (chosen.slot != kNone && chosen.said_slot != kNone) ++changes_of_choice_;
    moves_.push_back({site, destination, name(chosen.said_slot), name(chosen.slot)});
  }
  const Route nothing, said = std::exchange(chosen.said, chosen.route);
  const Slot said_slot = std::exchange(chosen.said_slot, chosen.slot);
  if (!announces(router, site, destination)) return;
  const bool differs = !same(said, chosen.said);
  for (Slot slot = 0; slot < router.neighbours.size(); ++slot) {
    if (!differs && slot != said_slot && slot != chosen.slot) continue;
    const Route& old = slot == said_slot ? nothing : said;
    const Route& now = slot == chosen.slot ? nothing : chosen.said;
    if (!same(old, now)) send(site, router.neighbours[slot], destination, now);
  }
}

void PathVector::send(Site site, const Neighbour& to, Site destination, const Route& route) {
  if (!to.up) return;
  ++updates_sent_;
  outbox_.push_back(
      {.from = site, .to = to.site, .destination = destination, .session = to.session, .route = route});
}

bool PathVector::announces(const Router& router, Site site, Site destination) const {
  return router.transit || site == destination;
}

bool settle(PathVector& network, std::uint64_t most) {
  std::deque<Update> under_way;
  for (std::uint64_t delivered = 0;; ++delivered) {
    for (Update& update : network.take_outbox()) under_way.push_back(std::move(update));
    if (under_way.empty()) return true;
    if (delivered == most) return false;
    network.receive(under_way.front());
    under_way.pop_front();
  }
}

}  // namespace trimtab::sim
