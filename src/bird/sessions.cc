#include "bird/sessions.h"

#include <algorithm>

#include "bird/configuration.h"

namespace trimtab::bird {
namespace {

constexpr int kMostDoublings = 8;  // 43 hours

}  // namespace

std::vector<Neighbour> neighbours_of(const mesh::Mesh& mesh, mesh::SiteId self) {
  std::vector<Neighbour> neighbours;
  for (const mesh::Link* link : mesh.links_of(self)) {
    const mesh::LinkEnd& peer = link->peer(self);
    neighbours.push_back({.site = peer.site,
                          .address = peer.address.empty() ? IpAddress{} : peer.address.front(),
                          .interface = link->own(self).interface,
                          .bfd = link->bfd != mesh::Bfd::off});
  }
  return neighbours;
}

void Sessions::set_neighbours(std::vector<Neighbour> neighbours) {
  std::sort(neighbours.begin(), neighbours.end(),
            [](const Neighbour& one, const Neighbour& other) { return one.site < other.site; });
  std::vector<Session> sessions;
  for (Neighbour& neighbour : neighbours) {
    const auto known = std::find_if(sessions_.begin(), sessions_.end(),
                                    [&](const Session& session) { return session.neighbour == neighbour; });
    sessions.push_back(known != sessions_.end() ? *known : Session{std::move(neighbour)});
  }
  sessions_ = std::move(sessions);
}

void Sessions::bird_restarted() {
  for (Session& session : sessions_) {
    session.was_established = session.was_bfd_up = false;
    session.without_bfd_since.reset();
    session.without_bfd = {};
  }
}

bool Sessions::any_bfd() const {
  return std::any_of(sessions_.begin(), sessions_.end(),
                     [](const Session& session) { return session.neighbour.bfd; });
}

std::vector<SessionReport> Sessions::read(MonotonicTime now, const std::vector<Protocol>& protocols,
                                          const std::optional<std::vector<BfdSession>>& bfd) {
  std::vector<mesh::SiteId> established;
  for (const Protocol& protocol : protocols) {
    const auto site = neighbour_of_protocol(protocol.name);
    if (site && protocol.established()) established.push_back(*site);
  }
  std::sort(established.begin(), established.end());

  std::vector<SessionReport> reports;
  for (Session& session : sessions_) {
    SessionReport report{.neighbour = session.neighbour.site};
    report.established = std::binary_search(established.begin(), established.end(), report.neighbour);
    session.was_established |= report.established;
    report.starting = !session.was_established;
    if (bfd && session.neighbour.bfd) {
      const bool up = std::any_of(bfd->begin(), bfd->end(), [&](const BfdSession& one) {
        return one.up && one.neighbour == session.neighbour.address &&
               one.interface == session.neighbour.interface;
      });
      if (up || !report.established) {
        session.without_bfd_since.reset();
      } else if (!session.without_bfd_since) {
        session.without_bfd_since = now;
      }
      session.without_bfd = now - session.without_bfd_since.value_or(now);
      session.was_bfd_up |= up;
      if (up) session.restarts = 0;
      // Before the session is there, BIRD has not asked for BFD either.
      if (session.was_bfd_up || report.established) report.bfd_up = up;
      report.bfd_starting = !session.was_bfd_up;
    }
    reports.push_back(report);
  }
  return reports;
}

std::optional<mesh::SiteId> Sessions::without_bfd(MonotonicTime now) const {
  for (const Session& session : sessions_) {
    const bool missing = session.was_bfd_up && session.without_bfd >= kWithoutBfd;
    const Duration again = kRestartAgain * (1 << std::min(session.restarts, kMostDoublings));
    const bool tried = session.restarted_at && now - *session.restarted_at < again;
    if (missing && !tried) return session.neighbour.site;
  }
  return std::nullopt;
}

void Sessions::restarted(mesh::SiteId neighbour, MonotonicTime now) {
  for (Session& session : sessions_) {
    if (session.neighbour.site != neighbour) continue;
    session.restarted_at = now;
    ++session.restarts;
  }
}

}  // namespace trimtab::bird
