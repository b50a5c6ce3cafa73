// BGP as BIRD speaks it with trimtab's filters (specification §6): what every site hears of every
// destination, what it chooses, what it says to whom. Each site is its own destination. Time is the caller's:
// a call leaves updates in the outbox, and the caller hands each to receive() when it likes, those of one
// session in order.
//
// What is announced is always the true sum of the published costs along the path. A favour is taken off one
// neighbour's sum when ranking, and counts only below the own published cost of that link: so every cycle of
// preferences would have to outweigh the links in it, and there is none. BIRD's import table is on: a new
// cost is applied to what the neighbour last said, without asking it again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "controller/cost.h"

namespace trimtab::sim {

using controller::Value;
using Site = std::uint32_t;  // index of a site; in the order of ids, as BIRD's router ids are

// What decides: the sum along the path, the LOCAL_PREF of the first link, or the AS path alone. Then the
// shorter AS path, then the lower id.
enum class Choice : std::uint8_t { path, score, as_path };

// `not_bounded` is what the laboratory has to show that the bound is needed.
enum class Favours : std::uint8_t { below_own_cost, not_bounded };

using AsPath = std::vector<Site>;  // who announces it first, the destination last

struct Route {
  Value sum = 0;                       // of the published costs along the path; 0 unless the sum decides
  std::shared_ptr<const AsPath> path;  // absent: there is none (a withdrawal)
};

struct Update {
  Site from = 0, to = 0, destination = 0;
  std::uint32_t session = 0;  // what was under way when its session fell is lost
  Route route;
};

class PathVector {
 public:
  using Links = std::vector<std::pair<Site, Site>>;  // each pair once

  // Every session is up, every link at last resort, and the first updates wait in the outbox.
  PathVector(std::size_t sites, const Links& links, Choice choice, Favours favours = Favours::below_own_cost);

  std::size_t sites() const { return routers_.size(); }

  // ---- what a site's metrics file says
  void set_cost(Site site, Site neighbour, Value published);  // under `score` a LOCAL_PREF
  // Replaces the one for this destination: that much of the whole path's sum. Counts under Choice::path only.
  void set_favour(Site site, Site destination, std::optional<Site> neighbour, Value per_mille);
  // False: it announces its own prefix only.
  void set_transit(Site site, bool transit);
  bool transit(Site site) const { return routers_[site].transit; }

  // ---- sessions
  void link_down(Site one, Site other);
  void link_up(Site one, Site other);

  // ---- updates
  // What is to be said now. BIRD first takes in what has arrived and then speaks: what changed several times
  // since the last call is said once.
  std::vector<Update> take_outbox();
  void receive(const Update& update);

  // ---- what came of it
  std::optional<Site> chosen(Site site,
                             Site destination) const;           // the neighbour; absent: no route, or itself
  std::optional<Value> sum(Site site, Site destination) const;  // true, over the chosen path
  std::optional<Value> cheapest(Site site, Site destination) const;  // of any usable path's true sums
  struct Offer {
    Site neighbour = 0;
    Value sum = 0;           // as announced: without the own link
    std::size_t length = 0;  // of the AS path
  };
  std::vector<Offer> offers(Site site, Site destination) const;  // usable ones, by neighbour
  Value cost(Site site, Site neighbour) const;

  std::uint64_t updates_sent() const { return updates_sent_; }
  // From one neighbour to another; losing the last route and finding the first one are none.
  std::uint64_t changes_of_choice() const { return changes_of_choice_; }

  struct Move {
    Site site = 0, destination = 0;
    std::optional<Site> from, to;
  };
  // Every change of choice that the outbox was taken with since the last call, first and lost routes among
  // them, in order.
  std::vector<Move> take_moves() { return std::exchange(moves_, {}); }

 private:
  using Slot = std::uint32_t;  // index of a neighbour
  static constexpr Slot kNone = UINT32_MAX;

  struct Neighbour {
    Site site = 0;
    bool up = true;
    std::uint32_t session = 0;
    Value cost = 0;
  };
  struct Chosen {
    Slot slot = kNone;
    Route route;  // as it is to be announced: the own link and the own site are in it
    Slot said_slot = kNone;
    Route said;               // to everybody but said_slot
    bool to_be_said = false;  // waits in unsaid_
    Slot favoured = kNone;
    Value favour = 0;  // ‰ of the sum
  };
  struct Router {
    std::vector<Neighbour> neighbours;  // by id
    std::vector<Route> offers;          // a row of neighbours for each destination
    std::vector<Chosen> chosen;         // by destination
    bool transit = true;
  };

  static Slot slot_of(const Router& router, Site neighbour);
  Route& offer(Router& router, Site destination, Slot slot) const;
  const Route& offer(const Router& router, Site destination, Slot slot) const;
  std::int64_t rank(const Router& router, Site destination, Slot slot) const;
  bool better(const Router& router, Site destination, Slot one, Slot other) const;
  Slot best(const Router& router, Site destination) const;
  // The offer of `slot`, or what it is worth, is another one than before.
  void reconsider(Site site, Site destination, Slot slot);
  void choose(Site site, Site destination, Slot slot);
  void say(Site site, Site destination);
  void announce(Site site, Site destination);
  void send(Site site, const Neighbour& to, Site destination, const Route& route);
  void drop(Site site, Site neighbour);
  void greet(Site site, Site neighbour);
  bool announces(const Router& router, Site site, Site destination) const;

  Choice choice_;
  Favours favours_;
  std::vector<Router> routers_;
  std::vector<std::pair<Site, Site>> unsaid_;  // (site, destination) whose choice may have changed
  std::vector<Update> outbox_;
  std::vector<Move> moves_;
  std::uint64_t updates_sent_ = 0;
  std::uint64_t changes_of_choice_ = 0;
};

// Delivers everything, oldest first, until nobody has anything to say; false where that is not reached within
// `most` updates.
bool settle(PathVector& network, std::uint64_t most);

}  // namespace trimtab::sim
