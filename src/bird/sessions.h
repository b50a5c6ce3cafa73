// What BIRD says of the sessions to our neighbours, put together from `show protocols` and `show bfd
// sessions`, and what may be concluded from it: after a restart of the own BIRD a session that is not there
// yet is no fault of its link (specification §5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bird/replies.h"
#include "mesh/mesh.h"
#include "util/address.h"

namespace trimtab::bird {

// A session that BIRD has for us.
struct Neighbour {
  mesh::SiteId site = 0;
  IpAddress address;  // the peer's link address
  std::string interface;
  bool bfd = true;  // false: switched off in the mesh file
  bool operator==(const Neighbour&) const = default;
};

// By id.
std::vector<Neighbour> neighbours_of(const mesh::Mesh& mesh, mesh::SiteId self);

struct SessionReport {
  mesh::SiteId neighbour = 0;
  bool established = false;
  std::optional<bool> bfd_up;  // absent: off, or not known
  // BFD was not seen up since BIRD (re)started: that it is not says nothing about the link. It may be that
  // nobody lets its packets in, so it is shown.
  bool bfd_starting = false;
  // Not seen Established since BIRD (re)started: that it is not says nothing about the link.
  bool starting = false;
  bool operator==(const SessionReport&) const = default;
};

class Sessions {
 public:
  // BFD's handshake takes one or two seconds.
  static constexpr int kUnheardReadings = 5;

  explicit Sessions(std::vector<Neighbour> neighbours) { set_neighbours(std::move(neighbours)); }

  // Sessions that stay as they are keep what is known of them.
  void set_neighbours(std::vector<Neighbour> neighbours);

  // From now on every session is starting.
  void bird_restarted();

  bool any_bfd() const;

  // One report for every neighbour, by id. `bfd` absent: BIRD could not say.
  std::vector<SessionReport> read(const std::vector<Protocol>& protocols,
                                  const std::optional<std::vector<BfdSession>>& bfd);

  // Neighbours that get none of our BFD in so many readings, although BGP is Established; each is told once,
  // until its BFD is up or BIRD restarts. BIRD opens an interface's BFD socket as soon as it hears of the
  // address, which may be a moment before the kernel lets anybody bind to it, and does not try again
  // (2.0.12): an interface that was made anew has no BFD then, until its session is restarted.
  std::vector<mesh::SiteId> take_unheard();

 private:
  struct Session {
    Neighbour neighbour;
    bool was_established = false;  // since BIRD (re)started
    bool was_bfd_up = false;
    int unheard = 0;  // readings in a row
    bool told_unheard = false;
  };
  std::vector<Session> sessions_;
};

}  // namespace trimtab::bird
