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
#include "util/units.h"

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
  // For so long BFD may be missing beside an Established BGP: its handshake takes two or three packets, one a
  // second until it is up, some of them lost. Half of it would restart links that are merely lossy.
  static constexpr Duration kWithoutBfd = std::chrono::seconds{10};
  // Where restarting does not help, it does harm: an outage of three seconds and a drop. Twice as long each
  // time that it did not help.
  static constexpr Duration kRestartAgain = std::chrono::minutes{10};

  explicit Sessions(std::vector<Neighbour> neighbours) { set_neighbours(std::move(neighbours)); }

  // Sessions that stay as they are keep what is known of them.
  void set_neighbours(std::vector<Neighbour> neighbours);

  // From now on every session is starting.
  void bird_restarted();

  bool any_bfd() const;

  // One report for every neighbour, by id. `bfd` absent: BIRD could not say.
  std::vector<SessionReport> read(MonotonicTime now, const std::vector<Protocol>& protocols,
                                  const std::optional<std::vector<BfdSession>>& bfd);

  // A neighbour whose BFD was up and does not come back although BGP has; absent: none. BIRD opens an
  // interface's BFD socket as soon as it hears of the address, which may be a moment before the kernel lets
  // anybody bind to it, and does not try again (2.0.12): an interface that was made anew has no BFD then,
  // until its session is restarted. Where BFD never was up, somebody may not let it in, and that is no reason
  // to touch the session.
  std::optional<mesh::SiteId> without_bfd(MonotonicTime now) const;
  void restarted(mesh::SiteId neighbour, MonotonicTime now);

 private:
  struct Session {
    Neighbour neighbour;
    bool was_established = false;  // since BIRD (re)started
    bool was_bfd_up = false;
    std::optional<MonotonicTime> without_bfd_since, restarted_at;
    Duration without_bfd{};  // up to the last reading
    int restarts = 0;        // since BFD was up
  };
  std::vector<Session> sessions_;
};

}  // namespace trimtab::bird
